import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import type { AlertSubject } from '../alert-message.ts';
import type { Reading } from '../reading.ts';
import type { Rule } from './rule.ts';

/** What a key spent. */
export interface LookedAtKey {
  readonly subject: AlertSubject;
  /** Within the last hour. */
  readonly spentNanoUsd: bigint;
  /** In each of its own hours before that, those in which it spent nothing as well. */
  readonly hoursNanoUsd: readonly bigint[];
}

/**
 * Keys whose last hour is far above their own hours. With n hours of sum S and sum of squares Q the mean is S/n and the variance
 * (nQ - S²)/n², so x is k deviations above the mean where (nx - S)² > k²(nQ - S²): whole numbers all the way. Clear at half of
 * those deviations, or below the least amount.
 */
export function unusualSpendReadings(rule: Rule, keys: readonly LookedAtKey[]): readonly Reading[] {
  const floor = parseUsd(rule.spendAboveUsd);
  return keys.map(({ subject, spentNanoUsd, hoursNanoUsd }): Reading => {
    const n = BigInt(hoursNanoUsd.length);
    const sum = hoursNanoUsd.reduce((total, each) => total + each, 0n);
    const squares = hoursNanoUsd.reduce((total, each) => total + each * each, 0n);
    const above = n * spentNanoUsd - sum;
    const variance = n * squares - sum * sum;
    const isAbove = (deviations: bigint): boolean =>
      above > 0n && above * above * 4n > deviations * deviations * variance;
    const twice = BigInt(rule.deviations) * 2n;
    const isKnown = hoursNanoUsd.length >= rule.historyHoursMin;
    const isClear = !isKnown || spentNanoUsd < floor || !isAbove(twice / 2n);
    return {
      ruleId: rule.id,
      kind: 'unusual_spend',
      subject,
      threshold: `${rule.deviations} deviations`,
      state: isClear ? 'clear' : isAbove(twice) ? 'over' : 'between',
      facts: {
        spent_usd: formatUsd(spentNanoUsd),
        mean_usd: formatUsd(n === 0n ? 0n : sum / n),
        hours: String(hoursNanoUsd.length),
      },
    };
  });
}
