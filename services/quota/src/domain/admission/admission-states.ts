/**
 * An admission on its way into the log, as its leader knows it; see SPEC.md. `absent`: not decided here, or over.
 * `writing`: decided, its append is under way for the first time. `in-doubt`: an append failed, and the log may hold the
 * event all the same. `disowned`: the same, or still under way, and nobody waits for it. `durable`: in the log; what
 * becomes of it is a hold's matter (account/SPEC.md).
 */
export type AdmissionState = 'absent' | 'writing' | 'in-doubt' | 'disowned' | 'durable';

/** What can happen to it. The first two, and the last three, do not come from the log's answer to the append. */
export type AdmissionEvent =
  | 'asked'
  | 'given-up'
  | 'append-new'
  | 'append-repeat'
  | 'append-conflict'
  | 'append-failed'
  | 'folded'
  | 'term-over';

/**
 * What is done then. `decide`: by the rules, and write. `join`: wait for the answer of the one under way. `ask-log`: answer
 * what the log says. `admit`: tell those who wait. `refuse`: free the money, and tell those who wait what the log has
 * instead. `repeat`: append the same event again. `disown`: tell those who wait `unavailable`, and keep the money.
 * `orphan`: end its hold, since nobody runs the request. `free`: give its money back. `hand-over`: its money counts as a
 * hold from now on. `drop`: forget it; a successor's books decide. `ignore`: nothing.
 */
export type AdmissionOutcome =
  | 'decide'
  | 'join'
  | 'ask-log'
  | 'admit'
  | 'refuse'
  | 'repeat'
  | 'disown'
  | 'orphan'
  | 'free'
  | 'hand-over'
  | 'drop'
  | 'ignore';

export const admissionTransitions: Readonly<
  Record<AdmissionState, Readonly<Record<AdmissionEvent, AdmissionOutcome>>>
> = {
  absent: {
    asked: 'decide',
    'given-up': 'ignore',
    'append-new': 'ignore',
    'append-repeat': 'ignore',
    'append-conflict': 'ignore',
    'append-failed': 'ignore',
    folded: 'ignore',
    'term-over': 'ignore',
  },
  writing: {
    asked: 'join',
    'given-up': 'disown',
    'append-new': 'admit',
    'append-repeat': 'refuse',
    'append-conflict': 'refuse',
    'append-failed': 'repeat',
    folded: 'hand-over',
    'term-over': 'drop',
  },
  'in-doubt': {
    asked: 'join',
    'given-up': 'disown',
    'append-new': 'admit',
    'append-repeat': 'admit',
    'append-conflict': 'refuse',
    'append-failed': 'repeat',
    folded: 'hand-over',
    'term-over': 'drop',
  },
  disowned: {
    asked: 'ask-log',
    'given-up': 'ignore',
    'append-new': 'orphan',
    'append-repeat': 'orphan',
    'append-conflict': 'free',
    'append-failed': 'repeat',
    folded: 'hand-over',
    'term-over': 'drop',
  },
  durable: {
    asked: 'ask-log',
    'given-up': 'orphan',
    'append-new': 'ignore',
    'append-repeat': 'ignore',
    'append-conflict': 'ignore',
    'append-failed': 'ignore',
    folded: 'hand-over',
    'term-over': 'ignore',
  },
};
