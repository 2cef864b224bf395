import type { DeploymentState, ProviderState } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { milliseconds } from '../../ui/format.ts';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { healthOf } from './health-of.ts';

/** A model at one account of a provider, and how calls of it went. */
export const deploymentColumns: readonly Column<DeploymentState>[] = [
  { title: 'Model', cell: ({ model }) => model || 'any' },
  { title: 'Breaker', cell: (deployment) => <HealthBadge state={deployment} /> },
  { title: 'Why', cell: ({ reason }) => reason },
  { title: 'Since', cell: ({ since }) => <Moment at={since} />, isMinor: true },
  { title: 'Running', cell: ({ in_flight }) => in_flight ?? 0, isNumber: true, isMinor: true },
  { title: 'Failed', cell: ({ failed_percent }) => `${failed_percent || 0} %`, isNumber: true },
];

/** What is known of its speed, and of what the provider lets it use. */
export const speedColumns: readonly Column<DeploymentState>[] = [
  { title: 'Speed', cell: (deployment) => speedOf(deployment), isMinor: true },
  {
    title: 'Left of its limits',
    cell: ({ headroom_percent }) => (headroom_percent ? `${headroom_percent} %` : '–'),
    isNumber: true,
    isMinor: true,
  },
  { title: 'Tried again', cell: ({ until }) => <Moment at={until} />, isMinor: true },
];

function speedOf({ first_token_ms, tokens_a_second }: DeploymentState): string {
  const first = first_token_ms ? `first token in ${milliseconds(first_token_ms)}` : '';
  const then = tokens_a_second ? `${tokens_a_second} tokens/s` : '';
  return [first, then].filter((each) => each !== '').join(', ') || '–';
}

export function HealthBadge({ state }: { readonly state: Pick<ProviderState, 'state' | 'reason'> | undefined }) {
  if (state === undefined) return <span className="text-soft">no call yet</span>;
  const { word, tone } = healthOf(state);
  return (
    <span title={state.reason ?? ''}>
      <Badge tone={tone}>{word}</Badge>
    </span>
  );
}
