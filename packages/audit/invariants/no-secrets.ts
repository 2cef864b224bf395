import { type Invariant, violationAt } from '../invariant.ts';

/** The log has keys only as keyed hashes and short prefixes. A whole key in the log has leaked to every reader. */
export const noSecrets: Invariant = {
  id: 'I18',
  title: 'no API key stands in the log',
  start: (tally) => ({
    onStored: (event) => {
      tally.count();
      const match = SECRET.exec(event.body) ?? SECRET.exec(event.stream) ?? SECRET.exec(event.correlationId);
      // A report shows only the first characters of a finding, so that it does not leak the key again.
      if (match !== null) tally.violate(violationAt(event, 'no key', `${match[0].slice(0, SHOWN_CHARS)}…`));
    },
  }),
};

/** The gateway's own keys, and providers' keys of known form. */
const SECRET = /\bak_[A-Za-z0-9]{64}|\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}/;
const SHOWN_CHARS = 6;
