import type { PayerBalance } from '#contracts/admin-needs.ts';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import type { Reading } from '../reading.ts';
import { DAY_MS, type Rule } from './rule.ts';

/** What a payer spent lately. */
export interface Spending {
  readonly spentNanoUsd: bigint;
  /** In so much time, up to now. */
  readonly elapsedMs: number;
}

/** A payer and what it has. */
export interface LookedAtPayer {
  readonly balance: PayerBalance;
  readonly name: string;
  readonly spending: Spending;
}

/** Days are clear again with a quarter more than the threshold: the mean of spending moves with every hour. */
const CLEAR_OF_4 = 5n;

/** Balances against the rule's amount, and against the days that they last. Money on hold is still there. */
export function balanceLowReadings(rule: Rule, payers: readonly LookedAtPayer[]): readonly Reading[] {
  return payers.flatMap(({ balance, name, spending }) => {
    const leftNanoUsd = balance.availableNanoUsd + balance.heldNanoUsd;
    const facts = { left_usd: formatUsd(leftNanoUsd), spent_a_day_usd: formatUsd(aDay(spending)) };
    const of = { ruleId: rule.id, kind: 'balance_low', subject: { ...balance.payer, name }, facts } as const;
    // Whoever never had prepaid money lacks none.
    const isUsed = balance.creditedNanoUsd !== 0n || balance.chargedNanoUsd !== 0n;
    const readings: Reading[] = [];
    if (rule.balanceBelowUsd !== '') {
      const belowNanoUsd = parseUsd(rule.balanceBelowUsd);
      const state = isUsed && leftNanoUsd < belowNanoUsd ? 'over' : 'clear';
      readings.push({ ...of, threshold: `${formatUsd(belowNanoUsd)} USD`, state });
    }
    if (rule.daysLeftBelow > 0) {
      const state = isUsed ? daysState(leftNanoUsd, rule.daysLeftBelow, spending) : 'clear';
      readings.push({ ...of, threshold: `${rule.daysLeftBelow} days`, state });
    }
    return readings;
  });
}

function daysState(leftNanoUsd: bigint, days: number, { spentNanoUsd, elapsedMs }: Spending): Reading['state'] {
  if (spentNanoUsd <= 0n) return 'clear';
  // left / (spent / elapsed) < days, without a division.
  const lasts = leftNanoUsd * BigInt(elapsedMs);
  const wanted = BigInt(days) * BigInt(DAY_MS) * spentNanoUsd;
  if (lasts < wanted) return 'over';
  return lasts * 4n >= wanted * CLEAR_OF_4 ? 'clear' : 'between';
}

function aDay({ spentNanoUsd, elapsedMs }: Spending): bigint {
  return elapsedMs <= 0 ? 0n : (spentNanoUsd * BigInt(DAY_MS)) / BigInt(elapsedMs);
}
