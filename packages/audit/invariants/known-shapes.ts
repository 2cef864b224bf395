import { type Invariant, violationAt } from '../invariant.ts';

/** An unreadable event cannot be folded, nor audited by any other rule. */
export const knownShapes: Invariant = {
  id: 'I19',
  title: 'every body conforms to the schema of its event type',
  start: (tally) => ({
    onStored: (event, parsed) => {
      tally.count();
      if (parsed.kind === 'fails') tally.violate(violationAt(event, `a body of ${event.type}`, parsed.why));
    },
  }),
};
