import { type Invariant, violationAt } from '../invariant.ts';

/**
 * A missing position means that an event was removed; a repeated one means that an event was inserted.
 *
 * @param after The position behind which the events begin; 0: the whole log is read.
 */
export const gaplessPositions = (after = 0): Invariant => ({
  id: 'I1',
  title: 'positions run from 1 without a gap, to the head',
  start: (tally) => {
    let last = after;
    let lastStream = '';
    return {
      onStored: (event) => {
        tally.count();
        const expected = last + 1;
        if (event.position !== expected) {
          tally.violate(violationAt(event, `position ${expected}`, `position ${event.position}`));
        }
        if (event.part !== PART) tally.violate(violationAt(event, `partition ${PART}`, `partition ${event.part}`));
        last = event.position;
        lastStream = event.stream;
      },
      onEnd: ({ head }) => {
        if (head === undefined || head.position === last) return;
        const found = `the log ends at position ${last}`;
        tally.violate(
          violationAt({ position: last, stream: lastStream }, `events up to position ${head.position}`, found),
        );
      },
    };
  },
});

/** The only partition so far. */
const PART = 0;
