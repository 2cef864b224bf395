import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Tally, violationAt } from '../invariant.ts';
import { createLimitAmounts } from '../limit-amounts.ts';
import { createLimitSums } from '../limit-sums.ts';

/**
 * The part of I6 that is about limits: no request is let through that a hard limit has no room for, looked at after every
 * admission. An amount that is lowered, and a raise that ends, leave what was let through before.
 */
export function checkLimits(tally: Tally): (event: RecordedEvent) => void {
  const sums = createLimitSums();
  const amounts = createLimitAmounts();
  return (event) => {
    amounts.apply(event);
    const reservations = sums.apply(event);
    if (event.type !== 'RequestAdmitted') return;
    for (const reservation of reservations) {
      const { limitId, generation, unit, kind, amount } = reservation;
      tally.count();
      if (BigInt(amount) <= 0n) {
        const found = `${amount} ${unit} set aside on the limit ${limitId}`;
        tally.violate(violationAt(event, 'something set aside', found));
      }
      const allowed = amounts.allowed(limitId, generation, Number(event.data.admittedAtMs));
      if (kind !== 'hard' || allowed === undefined) continue;
      const { used, held } = sums.of(reservation);
      if (used + held <= allowed) continue;
      const found = `${used} used + ${held} held`;
      tally.violate(violationAt(event, `at most ${allowed} ${unit} of the limit ${limitId}`, found));
    }
  };
}
