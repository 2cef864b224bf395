/**
 * `no-responders`: nobody listens, and the message is gone. `timeout`: no answer came in time, and the message may have
 * been heard. `disconnected`: there is no connection now. The message was not sent, or the connection broke while it
 * was under way.
 */
export type BusFaultKind = 'no-responders' | 'timeout' | 'disconnected';

/** One try of a request on the bus failed. */
export class BusFault extends Error {
  override readonly name = 'BusFault';
  readonly kind: BusFaultKind;

  constructor(kind: BusFaultKind, subject: string, options?: { cause?: unknown }) {
    super(`${subject}: ${kind}`, options);
    this.kind = kind;
  }
}
