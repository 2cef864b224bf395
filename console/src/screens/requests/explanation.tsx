import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import {
  type ExplainedAdmission,
  type ExplainedAttempt,
  type ExplainedBound,
  type ExplainedCharge,
  type ExplainedLimit,
  type ExplainedLine,
  type ExplainedUsage,
  type ExplainRequestResult,
  requestsExplain,
} from '../../api/gen/index.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Facts } from '../../ui/facts.tsx';
import { count, milliseconds } from '../../ui/format.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Titled } from '../../ui/titled.tsx';
import { curlOf } from './curl-of.ts';
import { proofColumns, Sound } from './proof-columns.tsx';

const LIVE_MS = 2_000;

/** A request's story from the log itself. While the request runs, it goes on. */
export function Explanation({ id }: { readonly id: string }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['explanation', id],
    queryFn: ({ signal }) => ask(requestsExplain({ path: { id }, signal })),
    refetchInterval: ({ state }) => (['running', 'metered'].includes(state.data?.state ?? '') ? LIVE_MS : false),
  });
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loading what="Reading the log" />;
  return <Told story={data} />;
}

function Told({ story }: { readonly story: ExplainRequestResult }) {
  const { admission, usage, charge, expiry, proof = [] } = story;
  const curl = admission ? curlOf(admission, location.origin) : '';
  return (
    <>
      {admission && <Admission admission={admission} />}
      {usage && <Used usage={usage} />}
      {charge && <Charged charge={charge} />}
      {expiry && (
        <Facts
          title="The hold expired"
          facts={[
            ['When', <Moment key="at" at={expiry.at} />],
            ['Why', expiry.reason],
            ['Given back', <Usd key="back" amount={expiry.released_usd} />],
          ]}
        />
      )}
      <Titled title="Proof">
        <p className="text-soft">
          Each event's hash is computed anew from its bytes and the chain before it. The balance before and after takes
          the whole log:
        </p>
        <CommandLine command={`npx gatewayctl audit explain ${story.id}`} what="the command" />
        <Table
          caption="Events of the request"
          columns={proofColumns}
          rows={proof}
          idOf={({ event_id }) => event_id ?? ''}
          empty=""
        />
      </Titled>
      {curl !== '' && (
        <Titled title="Ask the same again">
          <p className="text-soft">The prompt is not kept: put yours in.</p>
          <CommandLine command={curl} what="as curl" />
        </Titled>
      )}
    </>
  );
}

function Admission({ admission }: { readonly admission: ExplainedAdmission }) {
  const { bounds = [], limits = [], left_out = [] } = admission;
  const source = admission.strategy_source ? `, by ${admission.strategy_source}` : '';
  return (
    <>
      <Titled title="Limits checked">
        {limits.length === 0 ? (
          <p className="text-soft">None held for it beside the balance.</p>
        ) : (
          <Table
            caption="Limits checked"
            columns={limitColumns}
            rows={limits}
            idOf={({ limit_id, window_starts_at, provider }) => `${limit_id} ${window_starts_at} ${provider}`}
            empty=""
          />
        )}
      </Titled>
      <Facts
        title="Route"
        facts={[
          ['Route', admission.route_id ?? 'none fitted'],
          ['Strategy', admission.strategy && `${admission.strategy}${source}`],
          ['Left out', left_out.map(({ provider, model, reason }) => `${provider}/${model}: ${reason}`).join('; ')],
          ['Price factor', admission.multiplier],
        ]}
      />
      <Titled title="The most it could cost">
        <Table
          caption="The most it could cost"
          columns={boundColumns}
          rows={bounds}
          idOf={({ provider, model, stage }) => `${provider} ${model} ${stage}`}
          empty="It has no candidate."
        />
      </Titled>
    </>
  );
}

function Used({ usage }: { readonly usage: ExplainedUsage }) {
  const { quantities = [], attempts = [], flags = [] } = usage;
  return (
    <>
      <Titled title="Attempts">
        <Table
          caption="Attempts"
          columns={attemptColumns}
          rows={attempts.map((attempt, at) => ({ ...attempt, at }))}
          idOf={({ at }) => String(at)}
          empty="No attempt was made."
        />
      </Titled>
      <Facts
        title={
          usage.estimated === true ? `Usage, estimated (${usage.estimate_policy})` : 'Usage as the provider reported it'
        }
        facts={[
          ...quantities.map(({ unit, quantity }) => [unit ?? '', count(quantity ?? 0)] as const),
          ['Tier', usage.service_tier],
          ['Not believed', flags.join(', ')],
        ]}
      />
    </>
  );
}

function Charged({ charge }: { readonly charge: ExplainedCharge }) {
  const { lines = [], postings = [], flags = [] } = charge;
  const price = `${charge.price_key} version ${charge.price_version}, position ${charge.price_position}`;
  return (
    <>
      <Titled title="Price lines">
        <Table
          caption="Price lines"
          columns={lineColumns}
          rows={lines}
          idOf={({ unit }) => unit ?? ''}
          empty="Nothing was used."
        />
      </Titled>
      <Facts
        facts={[
          ['Price', charge.price_key ? price : ''],
          ['From', charge.price_source],
          ['Before rounding', charge.exact_nano_usd && `${charge.exact_nano_usd} nano-USD`],
          ['Charged', <Usd key="amount" amount={charge.amount_usd} />],
          ['The house pays', Number(charge.overrun_usd) === 0 ? '' : <Usd key="overrun" amount={charge.overrun_usd} />],
          ['Back to balance', <Usd key="back" amount={charge.released_usd} />],
          [
            'Computed anew',
            <Sound key="sound" isSound={charge.recomputes === true} good="the same" bad="NOT THE SAME" />,
          ],
          ['Not in the price', flags.join(', ')],
        ]}
      />
      <Titled title="Ledger entry">
        <dl className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1">
          {postings.map(({ account, amount_usd }) => (
            <div key={account} className="contents">
              <dt className="min-w-0 break-all font-mono text-xs">{account}</dt>
              <dd className="text-right tabular-nums">{amount_usd} USD</dd>
            </div>
          ))}
        </dl>
      </Titled>
    </>
  );
}

const limitColumns: readonly Column<ExplainedLimit>[] = [
  { title: 'Limit', cell: ({ limit_id }) => <span className="break-all">{limit_id}</span> },
  { title: 'Kind', cell: ({ kind }) => kind },
  { title: 'Window from', cell: ({ window_starts_at }) => <Moment at={window_starts_at} />, isMinor: true },
  {
    title: 'Set aside',
    cell: ({ amount, unit }) => `${amount} ${unit === 'cost' ? 'USD' : unit?.replace('_', ' ')}`,
    isNumber: true,
  },
];

const boundColumns: readonly Column<ExplainedBound>[] = [
  { title: 'Candidate', cell: ({ provider, model }) => `${provider} / ${model}` },
  { title: 'Prompt', cell: ({ prompt_tokens }) => count(prompt_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Answer', cell: ({ output_tokens }) => count(output_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'At most', cell: ({ cost_usd }) => <Usd amount={cost_usd} />, isNumber: true },
];

const attemptColumns: readonly Column<ExplainedAttempt>[] = [
  { title: 'Provider', cell: ({ provider, model }) => `${provider} / ${model}` },
  { title: 'Outcome', cell: ({ error, status }) => (error ? `${error}${status ? ` (${status})` : ''}` : 'answered') },
  { title: 'Why', cell: ({ reason }) => reason, isMinor: true },
  { title: 'Took', cell: ({ duration_ms }) => milliseconds(duration_ms ?? 0), isNumber: true },
];

const lineColumns: readonly Column<ExplainedLine>[] = [
  { title: 'Unit', cell: ({ unit }) => unit },
  { title: 'Quantity', cell: ({ quantity }) => count(quantity ?? 0), isNumber: true },
  { title: 'USD a million', cell: ({ usd_per_million }) => usd_per_million, isNumber: true },
  { title: 'Pico-USD', cell: ({ pico_usd }) => pico_usd, isNumber: true, isMinor: true },
];
