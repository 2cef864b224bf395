/*
 * What the log's writer says to somebody who waits for an event: that it is durable, and in which term its author wrote
 * it. It says nothing else, so that who may have it said can make nobody believe what is not so.
 */

/** Of an event written in a term; two leaders may have decided differently about the same one. 0: in nobody's term. */
export function noticeOf(eventId: string, epoch: number): string {
  return `${eventId}/${epoch}`;
}

export function noticesToMessage(notices: readonly string[]): string {
  return notices.join(' ');
}

/** Where the bytes are no such message, what it gives is nobody's notice. */
export function noticesFromMessage(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString().split(' ');
}
