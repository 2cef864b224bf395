import { type Invariant, violationAt } from '../invariant.ts';

/** Keys are in the log as keyed hashes and short prefixes; one that stands there whole was leaked to every reader. */
export const noSecrets: Invariant = {
  id: 'I18',
  title: 'no API key stands in the log',
  start: (tally) => ({
    onStored: (event) => {
      tally.count();
      const match = SECRET.exec(event.body) ?? SECRET.exec(event.stream) ?? SECRET.exec(event.correlationId);
      // What was found is told by its first characters only: a report must not leak it once more.
      if (match !== null) tally.violate(violationAt(event, 'no key', `${match[0].slice(0, SHOWN_CHARS)}…`));
    },
  }),
};

/** The gateway's own keys, and those of the providers whose form is known. */
const SECRET = /\bak_[A-Za-z0-9]{64}|\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}/;
const SHOWN_CHARS = 6;
