import { type Limit, limitsList } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { bulkLimits } from './bulk-limits.ts';
import { LimitActions } from './limit-actions.tsx';
import { isRaised, LimitAmount } from './limit-amount.tsx';
import { limitKinds, limitPeriods, subjectKinds, units } from './limit-inputs.ts';
import { NewLimit } from './new-limit.tsx';

const LIVE_MS = 10_000;

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'subject_kind', label: 'For', options: subjectKinds },
  { name: 'subject_id', label: 'Id' },
  { name: 'unit', label: 'Unit', options: units },
  { name: 'period', label: 'Period', options: limitPeriods },
  { name: 'kind', label: 'Kind', options: limitKinds },
];

const pages: Readonly<Record<string, string>> = { organisation: 'organisations', team: 'teams', user: 'users' };

const columns: readonly Column<Limit>[] = [
  { title: 'For', cell: ({ subject }) => <Subject subject={subject} />, sort: 'id' },
  { title: 'Of', cell: (limit) => <Counted limit={limit} /> },
  {
    title: 'Limit',
    cell: (limit) => (
      <LimitAmount unit={limit.unit} amount={isRaised(limit, Date.now()) ? limit.raised_amount : limit.amount} />
    ),
    isNumber: true,
  },
  { title: 'Used', cell: ({ unit, used }) => <LimitAmount unit={unit} amount={used} />, isNumber: true, isMinor: true },
  { title: 'Held', cell: ({ unit, held }) => <LimitAmount unit={unit} amount={held} />, isNumber: true, isMinor: true },
  { title: 'Left', cell: ({ unit, left }) => <LimitAmount unit={unit} amount={left} />, isNumber: true },
  { title: 'Starts anew', cell: (limit) => <Ends limit={limit} />, isMinor: true },
  { title: 'Actions', cell: (limit) => <LimitActions limit={limit} /> },
];

function Subject({ subject }: { readonly subject: Limit['subject'] }) {
  const { kind = '', id = '' } = subject ?? {};
  const page = pages[kind ?? ''];
  if (!id) return kind;
  return (
    <>
      {kind}{' '}
      {page === undefined ? (
        <span className="block text-xs break-all">{id}</span>
      ) : (
        <span className="block text-xs">
          <ResourceLink to={`/${page}/${id}`}>{id}</ResourceLink>
        </span>
      )}
    </>
  );
}

function Counted({ limit: { unit, period, kind, models } }: { readonly limit: Limit }) {
  const usual = unit?.includes('tokens') === true ? 'rate' : 'hard';
  return (
    <>
      {unit} {period === 'ever' ? 'in all' : `a ${period}`} <Badge>{kind ?? usual}</Badge>
      {models && <span className="block text-xs break-words text-soft">{models}</span>}
    </>
  );
}

function Ends({ limit }: { readonly limit: Limit }) {
  return (
    <>
      <Moment at={limit.resets_at} />
      {isRaised(limit, Date.now()) && (
        <span className="block text-xs text-warn">
          raised until <Moment at={limit.raised_until} />
        </span>
      )}
    </>
  );
}

/** What each may use in a period, and how much of it is left. */
export default function Limits() {
  const question = usePage(['limits'], (asked) => limitsList(asked), { liveMs: LIVE_MS });
  return (
    <Page
      title="Limits"
      lead="A request has to fit all that hold for it: its key's, user's, team's, organisation's and the gateway's."
      actions={
        <Opens label="New limit" look="primary" roles={['operator']}>
          {(close) => <NewLimit onClose={close} />}
        </Opens>
      }
    >
      <Listed
        caption="Limits"
        empty="No limit fits. Balances stop spending even where there is none."
        {...{ question, filters, columns }}
        bulk={bulkLimits}
      />
    </Page>
  );
}
