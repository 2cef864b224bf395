import { type Provider, providersList } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceForm } from '../../ui/resource-form.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Problem } from '../../ui/states.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { HealthBadge } from './deployment-columns.tsx';
import { providerKind } from './provider-kind.ts';
import { TestCall } from './test-call.tsx';
import { TurnProvider } from './turn-provider.tsx';
import { useHealth } from './use-health.ts';

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'kind', label: 'Wire format', options: ['openai', 'anthropic'] },
  { name: 'status', label: 'Status', options: ['active', 'draining', 'disabled'] },
];

/** Providers, how they do, and a test call for each. */
export default function Providers() {
  const question = usePage(['providers'], (asked) => providersList(asked));
  const health = useHealth();
  const states = new Map((health.data?.providers ?? []).map((state) => [state.id, state]));
  const columns: readonly Column<Provider>[] = [
    {
      title: 'Provider',
      cell: ({ id }) => <ResourceLink to={`/providers/${id}`}>{id ?? ''}</ResourceLink>,
      sort: 'id',
    },
    { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'warn'}>{status}</Badge> },
    { title: 'Health', cell: ({ id }) => <HealthBadge state={states.get(id)} /> },
    { title: 'Running', cell: ({ id }) => states.get(id)?.in_flight ?? 0, isNumber: true, isMinor: true },
    { title: 'Address', cell: ({ base_url }) => <code className="text-xs break-all">{base_url}</code>, isMinor: true },
    {
      title: 'Actions',
      cell: (provider) => (
        <span className="flex flex-wrap items-center gap-1">
          <TestCall id={provider.id ?? ''} />
          <TurnProvider provider={provider} />
        </span>
      ),
    },
  ];
  return (
    <Page
      title="Providers"
      lead="Where requests go."
      actions={
        <Opens label="New provider" look="primary" roles={providerKind.roles}>
          {(close) => <ResourceForm kind={providerKind} onClose={close} />}
        </Opens>
      }
    >
      {health.error !== null && <Problem error={health.error} onRetry={() => void health.refetch()} />}
      <Listed
        caption="Providers"
        empty="Make one here, or set a provider's usual environment variable."
        {...{ question, filters, columns }}
      />
    </Page>
  );
}
