import { accounts } from '#money/posting.ts';
import { createSumsByPayer } from '../account-sums.ts';
import { type Invariant, violationAt } from '../invariant.ts';
import { hasPostings, sumsByAccount } from '../posting-sums.ts';

/**
 * Compares two ways to the same money: the amounts in the events, and the postings of the ledger. The payer's account holds
 * what is available or held, so credited = (account - held) + held + charged + debited.
 */
export const booksAgree: Invariant = {
  id: 'I7',
  title: 'credited = available + held + charged + debited, by the amounts and by the ledger alike',
  start: (tally) => {
    const sums = createSumsByPayer();
    const ledger = new Map<string, bigint>();
    return {
      onEvent: (event) => {
        const after = sums.apply(event);
        if (after === undefined) return;
        if (hasPostings(event)) {
          for (const [account, amount] of sumsByAccount(event.data.postings)) {
            ledger.set(account, (ledger.get(account) ?? 0n) + amount);
          }
        }
        tally.count();
        const account = accounts.payer(after.payer);
        const posted = ledger.get(account) ?? 0n;
        const { creditedNanoUsd, debitedNanoUsd, chargedNanoUsd } = after;
        const expected = creditedNanoUsd - debitedNanoUsd - chargedNanoUsd;
        if (posted === expected) return;
        const debited = debitedNanoUsd === 0n ? '' : ` - ${debitedNanoUsd} debited`;
        const parts = `${creditedNanoUsd} credited${debited} - ${chargedNanoUsd} charged`;
        tally.violate(violationAt(event, `${expected} nano-USD on ${account} (${parts})`, `${posted} by the postings`));
        // Each wrong entry shows once: from here on, the sums follow the ledger.
        ledger.set(account, expected);
      },
    };
  },
};
