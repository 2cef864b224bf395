import type { AttemptFailure } from './attempt-failure.ts';

/** Why a provider's answer did not come to its end; see SPEC.md. */
export type Cause =
  /** The connection broke, the bytes ended early, or the provider said that it broke off. */
  | 'cut'
  | 'unreadable'
  /** A head, a next piece, or the whole answer did not come in time. */
  | 'late'
  /** The gateway cannot keep, translate or pass on so much. */
  | 'too-long'
  /** The gateway is stopping. */
  | 'closing'
  /** The client left, and the router has listened to the provider for as long as the bound allows. */
  | 'client-gone'
  /** Another attempt, made beside this one, has answered first. */
  | 'outrun'
  /** The usage of a whole answer cannot be recorded, so the answer is withheld. */
  | 'unrecorded'
  /** The gateway itself failed. */
  | 'defect';

/** The provider's progress by then. */
export type Progress =
  /** The request has not reached the provider. */
  | 'unsent'
  /**
   * At most a head, white space, comments, or something that is no answer has come: nothing that only a working model
   * sends.
   */
  | 'silent'
  /** The provider has counted the prompt, and nothing more. */
  | 'counted'
  /** An answer has begun, or its usage was reported. */
  | 'begun'
  /** The client has a part of the answer. */
  | 'passed-on';

export interface Verdict {
  readonly retry: AttemptFailure['retry'];
  /**
   * Who pays for what the provider bills or may bill: by its report, otherwise by an estimate. The house's share is
   * recorded, too.
   */
  readonly payer: 'nobody' | 'client' | 'house';
}

const again: Verdict = { retry: 'anywhere', payer: 'nobody' };
const againAtACost: Verdict = { retry: 'anywhere', payer: 'house' };
const elsewhere: Verdict = { retry: 'elsewhere', payer: 'nobody' };
const elsewhereAtACost: Verdict = { retry: 'elsewhere', payer: 'house' };
const over: Verdict = { retry: 'never', payer: 'nobody' };
const house: Verdict = { retry: 'never', payer: 'house' };
const client: Verdict = { retry: 'never', payer: 'client' };

/** The client pays for an answer of which it has a part, whatever ended the answer. */
const passedOn = { 'passed-on': client } as const;

export const verdicts: Readonly<Record<Cause, Readonly<Record<Progress, Verdict>>>> = {
  // A cut before any work costs nothing, and the next attempt may succeed. After that, the work is done.
  cut: { unsent: again, silent: again, counted: againAtACost, begun: house, ...passedOn },
  unreadable: { unsent: again, silent: again, counted: againAtACost, begun: house, ...passedOn },
  // A provider that missed one timeout would miss the next, too: minutes of the client's time. It may be at work.
  late: { unsent: elsewhere, silent: elsewhereAtACost, counted: elsewhereAtACost, begun: house, ...passedOn },
  // The client asked for more than the gateway can handle, and could ask for it again and again.
  'too-long': { unsent: over, silent: over, counted: client, begun: client, ...passedOn },
  closing: { unsent: over, silent: house, counted: house, begun: house, ...passedOn },
  'client-gone': { unsent: over, silent: client, counted: client, begun: client, ...passedOn },
  // The operator had it made: the client pays for the answer that it has.
  outrun: { unsent: over, silent: house, counted: house, begun: house, ...passedOn },
  unrecorded: { unsent: over, silent: over, counted: over, begun: house, ...passedOn },
  defect: { unsent: over, silent: house, counted: house, begun: house, ...passedOn },
};
