import { localTime, shortUsd, utcTime } from './format.ts';

/** An amount; all of its digits stand in the tooltip. */
export function Usd({ amount }: { readonly amount: string | null | undefined }) {
  if (amount === null || amount === undefined) return <span className="text-soft">–</span>;
  return (
    <data value={amount} title={`${amount} USD`} className="tabular-nums">
      {shortUsd(amount)}
    </data>
  );
}

/** A moment in the viewer's zone; in UTC in the tooltip. */
export function Moment({ at }: { readonly at: string | null | undefined }) {
  if (at === null || at === undefined) return <span className="text-soft">–</span>;
  return (
    <time dateTime={at} title={utcTime(at)} className="whitespace-nowrap tabular-nums">
      {localTime(at)}
    </time>
  );
}
