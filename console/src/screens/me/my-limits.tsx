import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Limit, meLimits } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Panel } from '../../ui/panel.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Empty } from '../../ui/states.tsx';
import { isRaised, LimitAmount } from '../limits/limit-amount.tsx';

const LIVE_MS = 10_000;

/** A holder's limits, with how much of each is used. */
export function MyLimits() {
  const question = useQuery({
    queryKey: ['my-limits'],
    queryFn: ({ signal }) => ask(meLimits({ signal })),
    refetchInterval: LIVE_MS,
  });
  return (
    <Panel title="Limits">
      <Asked question={question}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No limit holds for you">The balance alone says how much you can use.</Empty>
          ) : (
            <ul className="grid gap-4 p-4 md:grid-cols-2">
              {data.map((limit) => (
                <Bar key={limit.id} limit={limit} />
              ))}
            </ul>
          )
        }
      </Asked>
    </Panel>
  );
}

const whose: Readonly<Record<string, string>> = {
  user: 'yours',
  key: 'of a key',
  team: "your team's",
  organisation: "your organisation's",
};

const track = 'h-2 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-webkit-progress-bar]:bg-sunken';
const inUse = '[&::-moz-progress-bar]:bg-accent [&::-webkit-progress-value]:bg-accent';
const usedUp = '[&::-moz-progress-bar]:bg-bad [&::-webkit-progress-value]:bg-bad';

function Bar({ limit }: { readonly limit: Limit }) {
  const { unit, period, models, subject, used, held, left, resets_at } = limit;
  const amount = isRaised(limit, Date.now()) ? limit.raised_amount : limit.amount;
  const title = `${unit?.replace('_', ' ')} ${period === 'ever' ? 'in all' : `a ${period}`}`;
  // For the eye: what is exact stands below it.
  const [taken, whole] = [Number(used ?? 0) + Number(held ?? 0), Number(amount ?? 0)];
  return (
    <li className="flex flex-col gap-1">
      <p className="flex flex-wrap justify-between gap-x-2">
        <span className="font-medium">{title}</span>
        <span className="text-soft">
          {whose[subject?.kind ?? ''] ?? subject?.kind}
          {models && `, ${models}`}
        </span>
      </p>
      <progress
        className={classNames(track, taken >= whole ? usedUp : inUse)}
        aria-label={`${title}: used`}
        value={Math.min(taken, whole)}
        max={whole > 0 ? whole : 1}
      />
      <p className="text-xs text-soft">
        <LimitAmount unit={unit} amount={left} /> left of <LimitAmount unit={unit} amount={amount} />
        {resets_at && (
          <>
            , anew at <Moment at={resets_at} />
          </>
        )}
      </p>
    </li>
  );
}
