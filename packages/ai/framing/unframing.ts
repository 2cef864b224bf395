/** Makes server-sent events, which is what every format reads, of a stream that is framed in another way. */
export interface Unframing {
  /** The next bytes. Returns the events that are whole by now; empty: none is. */
  push(bytes: Buffer): Buffer;
  /** The bytes are no such stream; nothing more is read of them. */
  readonly isBroken: () => boolean;
}
