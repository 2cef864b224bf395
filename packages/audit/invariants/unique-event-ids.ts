import { type Invariant, violationAt } from '../invariant.ts';
import { createSeenIds } from '../seen-ids.ts';

/** A command that was repeated after a crash must have left one event, not two. */
export const uniqueEventIds: Invariant = {
  id: 'I3',
  title: 'no event id stands in the log twice',
  start: (tally) => {
    const seen = createSeenIds();
    return {
      onStored: (event) => {
        tally.count();
        if (seen.meet(event.eventId)) {
          tally.violate(violationAt(event, 'an event id not met before', `${event.eventId} again`));
        }
      },
    };
  },
};
