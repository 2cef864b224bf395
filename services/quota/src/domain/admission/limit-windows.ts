import type { LimitWindow } from '#contracts/quota.ts';
import type { LimitUnit } from '../limit/limit.ts';
import type { LimitInForce } from '../limit/limit-in-force.ts';
import { amountFor, type Needs } from './needs.ts';

/** Under which unit clients are told of a limit; cost is the operator's matter. */
const shownAs: Readonly<Record<LimitUnit, LimitWindow['unit'] | undefined>> = {
  requests: 'requests',
  tokens: 'tokens',
  input_tokens: 'tokens',
  output_tokens: 'tokens',
  cost: undefined,
};

/** Of each unit the limit that leaves the least, after the needs of a request that was let through are set aside. */
export function tightestWindows(limits: readonly LimitInForce[], nowMs: number, needs?: Needs): readonly LimitWindow[] {
  const tightest = new Map<LimitWindow['unit'], LimitWindow>();
  for (const standing of limits) {
    const { limit, window, allowed } = standing;
    const unit = shownAs[limit.unit];
    if (unit === undefined || limit.kind === 'soft' || window.endMs === null) continue;
    const left = needs === undefined ? standing.left : standing.left - amountFor(standing, needs);
    const remaining = left < 0n ? 0 : Number(left);
    if (remaining >= (tightest.get(unit)?.remaining ?? Number.POSITIVE_INFINITY)) continue;
    tightest.set(unit, { unit, limit: Number(allowed), remaining, resetMs: window.endMs - nowMs });
  }
  return [...tightest.values()];
}
