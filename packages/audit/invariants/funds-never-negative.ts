import { availableOf, createSumsByPayer, payerText } from '../account-sums.ts';
import { type Invariant, violationAt } from '../invariant.ts';
import { checkLimits } from './limits-never-passed.ts';

/**
 * No user spends money that is not there, not even for a moment. The rule checks after every event that moves money.
 */
export const fundsNeverNegative: Invariant = {
  id: 'I6',
  title: 'no balance is ever below zero, neither available nor held, and no hard limit is passed',
  start: (tally) => {
    const sums = createSumsByPayer();
    const checkLimit = checkLimits(tally);
    return {
      onEvent: (event) => {
        checkLimit(event);
        const after = sums.apply(event);
        if (after === undefined) return;
        tally.count();
        const available = availableOf(after);
        if (available < 0n) {
          const found = `${available} nano-USD available to ${payerText(after.payer)}`;
          tally.violate(violationAt(event, 'at least 0 nano-USD available', found));
        }
        if (after.heldNanoUsd < 0n) {
          const found = `${after.heldNanoUsd} nano-USD held of ${payerText(after.payer)}`;
          tally.violate(violationAt(event, 'at least 0 nano-USD held', found));
        }
      },
    };
  },
};
