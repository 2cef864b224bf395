import { type Invariant, violationAt } from '../invariant.ts';

/** A replaced writer must not write after its successor. */
export const epochsNeverFall: Invariant = {
  id: 'I15',
  title: 'no event of an older writer follows one of a newer writer',
  start: (tally) => {
    let newest = 0;
    return {
      onStored: (event) => {
        tally.count();
        if (event.epoch < newest) tally.violate(violationAt(event, `epoch ${newest} or later`, `epoch ${event.epoch}`));
        newest = Math.max(newest, event.epoch);
      },
    };
  },
};
