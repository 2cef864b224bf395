import { type Invariant, violationAt } from '../invariant.ts';
import { hasPostings } from '../posting-sums.ts';

/** Double entry: money is moved, never created. */
export const balancedEntries: Invariant = {
  id: 'I5',
  title: 'the postings of every entry sum to zero',
  start: (tally) => ({
    onEvent: (event) => {
      if (!hasPostings(event)) return;
      tally.count();
      const sum = event.data.postings.reduce((total, line) => total + BigInt(line.amountNanoUsd), 0n);
      if (sum !== 0n) tally.violate(violationAt(event, 'postings that sum to 0 nano-USD', `a sum of ${sum}`));
    },
  }),
};
