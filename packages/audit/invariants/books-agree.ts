import { accounts } from '#money/posting.ts';
import { createSumsByUser } from '../account-sums.ts';
import { type Invariant, violationAt } from '../invariant.ts';
import { sumsByAccount } from '../posting-sums.ts';

/**
 * Compares two ways to the same money: the amounts in the events, and the postings of the ledger. The customer's
 * account holds what is available or held, so credited = (account - held) + held + charged.
 */
export const booksAgree: Invariant = {
  id: 'I7',
  title: 'credited = available + held + charged, by the amounts and by the ledger alike',
  start: (tally) => {
    const sums = createSumsByUser();
    const ledger = new Map<string, bigint>();
    return {
      onEvent: (event) => {
        const after = sums.apply(event);
        if (after === undefined) return;
        if (event.type === 'BalanceCredited' || event.type === 'ChargePosted') {
          for (const [account, amount] of sumsByAccount(event.data.postings)) {
            ledger.set(account, (ledger.get(account) ?? 0n) + amount);
          }
        }
        tally.count();
        const account = accounts.customer(after.userId);
        const posted = ledger.get(account) ?? 0n;
        const expected = after.creditedNanoUsd - after.chargedNanoUsd;
        if (posted === expected) return;
        const parts = `${after.creditedNanoUsd} credited - ${after.chargedNanoUsd} charged`;
        tally.violate(violationAt(event, `${expected} nano-USD on ${account} (${parts})`, `${posted} by the postings`));
        // Each wrong entry shows once: from here on, the sums follow the ledger.
        ledger.set(account, expected);
      },
    };
  },
};
