import type { Limit } from '../../api/gen/index.ts';
import { count } from '../../ui/format.ts';
import { Usd } from '../../ui/shown.tsx';

/** An amount of a limit, in its unit: money, or a whole number. */
export function LimitAmount({ unit, amount }: { readonly unit: Limit['unit']; readonly amount: Limit['amount'] }) {
  if (amount === null || amount === undefined || amount === '') return <span className="text-soft">–</span>;
  if (unit === 'cost') return <Usd amount={String(amount)} />;
  return <span className="tabular-nums">{count(amount)}</span>;
}

/** Whether more than the amount holds at a time. */
export function isRaised({ raised_amount, raised_until }: Limit, nowMs: number): boolean {
  return Boolean(raised_amount) && Boolean(raised_until) && Date.parse(raised_until ?? '') > nowMs;
}
