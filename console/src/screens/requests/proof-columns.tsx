import type { ExplainedEvent } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import type { Column } from '../../ui/table.tsx';

/** The events of a request, and whether each hashes to the chain. */
export const proofColumns: readonly Column<ExplainedEvent>[] = [
  { title: 'Position', cell: ({ position }) => position },
  { title: 'Event', cell: ({ type }) => type },
  {
    title: 'Chain',
    cell: ({ stored_chain }) => <code className="text-xs break-all">{stored_chain?.slice(0, 16)}…</code>,
    isMinor: true,
  },
  { title: 'Hash', cell: ({ is_sound }) => <Sound isSound={is_sound === true} good="sound" bad="broken" /> },
];

export function Sound({
  isSound,
  good,
  bad,
}: {
  readonly isSound: boolean;
  readonly good: string;
  readonly bad: string;
}) {
  return <Badge tone={isSound ? 'good' : 'bad'}>{isSound ? good : bad}</Badge>;
}
