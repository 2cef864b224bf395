import type { LimitState } from '#contracts/admin-needs.ts';
import { formatUsd } from '#money/nano-usd.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Reading } from '../reading.ts';
import type { Rule } from './rule.ts';

/** A limit and how it stands. */
export interface LookedAtLimit {
  readonly limit: ResourceOf<'limit'>;
  readonly state: LimitState;
}

/** Limits against each share of the rule, once a window. What is held counts when it is used: it may come back. */
export function limitUsedReadings(rule: Rule, looked: readonly LookedAtLimit[]): readonly Reading[] {
  return looked.flatMap(({ limit, state }) => {
    // Nothing may be used: there is no share of nothing.
    if (state.amount <= 0n) return [];
    const facts = {
      used: amountText(limit.unit, state.used),
      amount: amountText(limit.unit, state.amount),
      unit: limit.unit === 'cost' ? 'USD' : limit.unit,
      period: limit.period,
      of: [limit.subject?.kind ?? '', limit.subject?.id ?? ''].filter((text) => text !== '').join(' '),
      percent: String((state.used * 100n) / state.amount),
    };
    return rule.limitPercents.map(
      (percent): Reading => ({
        ruleId: rule.id,
        kind: 'limit_used',
        subject: { kind: 'limit', id: limit.id, name: '' },
        threshold: `${percent} %`,
        state: state.used * 100n >= state.amount * BigInt(percent) ? 'over' : 'clear',
        window: { generation: limit.generation, endMs: state.resetsAtMs ?? 0 },
        facts,
      }),
    );
  });
}

function amountText(unit: string, amount: bigint): string {
  return unit === 'cost' ? formatUsd(amount) : String(amount);
}
