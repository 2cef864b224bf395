/** The subjects of the bus, each with the partition of the accounts it is about. */

/** Asks the log's writer to append. */
export const journalAppend = (part: number): string => `gw.${part}.journal.append`;

/** Asks the log's writer where the log ends, once all it was asked before is written or refused. */
export const journalHead = (part: number): string => `gw.${part}.journal.head`;

/** Asks for admission. */
export const quotaAdmit = (part: number): string => `gw.${part}.quota.admit`;

/** Committed events of one category of streams: what stands before the first dash of a stream's name. */
export const eventsOf = (part: number, category: string): string => `gw.${part}.events.${category}`;

/** All committed events of a partition. */
export const allEvents = (part: number): string => `gw.${part}.events.>`;

/** The JetStream stream that keeps a partition's committed events. */
export const eventStreamName = (part: number): string => `GATEWAY_${part}`;

/** The category of a stream of the log. Stream names begin with a word of ours; anything else is of no category. */
export function categoryOf(stream: string): string {
  return /^([a-z]+)-/.exec(stream)?.[1] ?? 'other';
}
