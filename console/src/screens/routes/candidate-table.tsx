import type { ExplainedCandidate } from '../../api/gen/index.ts';
import { type Column, Table } from '../../ui/table.tsx';
import { healthOf } from '../providers/health-of.ts';

type Row = ExplainedCandidate & { readonly at: number };

interface CandidateTableProps {
  readonly caption: string;
  readonly candidates: readonly ExplainedCandidate[];
  readonly empty: string;
  readonly isNumbered?: boolean;
}

/** Where a request may go, or may not, each with the reason. */
export function CandidateTable({ caption, candidates, empty, isNumbered = false }: CandidateTableProps) {
  const columns: readonly Column<Row>[] = [
    ...(isNumbered ? [{ title: 'Try', cell: ({ at }: Row) => at + 1, isNumber: true }] : []),
    { title: 'Provider', cell: ({ provider, account }) => `${provider}${account ? ` (${account})` : ''}` },
    { title: 'Model', cell: ({ model }) => <span className="break-words">{model}</span> },
    { title: 'State', cell: ({ state }) => (state ? healthOf({ state }).word : '–'), isMinor: true },
    { title: 'Stage', cell: ({ stage = 0 }) => (stage === 0 ? 'the model' : `fallback ${stage}`), isMinor: true },
    { title: 'Why', cell: ({ reason }) => reason || '–' },
  ];
  const rows = candidates.map((candidate, at) => ({ ...candidate, at }));
  return <Table caption={caption} columns={columns} rows={rows} idOf={({ at }) => String(at)} empty={empty} />;
}
