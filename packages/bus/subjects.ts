/** The subjects of the bus. Each contains the partition of its accounts. */

/** Asks the log's writer to append. */
export const journalAppend = (part: number): string => `gw.${part}.journal.append`;

/** Asks the log's writer for the head, once everything asked before is written or refused. */
export const journalHead = (part: number): string => `gw.${part}.journal.head`;

/** Asks for admission. */
export const quotaAdmit = (part: number): string => `gw.${part}.quota.admit`;

/** Committed events of a partition, gathered, in the log's order. */
export const committedEvents = (part: number): string => `gw.${part}.events.committed`;

/** The JetStream stream with a partition's committed events. */
export const eventStreamName = (part: number): string => `GATEWAY_${part}`;
