import type { ErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { saysAway } from '#errors/outage.ts';

/** What a part of ours says that is away, late, or no longer the one to ask. */
const OUTAGE_CODES: ReadonlySet<ErrorCode> = new Set(['unavailable', 'request_timeout', 'superseded']);

/**
 * Whether a failure says that something is away (the log, the database, the network) and nothing about the event at hand.
 * It is waited out; only what fails with everything there becomes a dead letter. An error that is not known counts as
 * the event's: wrongly listed, it is tried again all the same and goes by itself.
 */
export function isOutage(thrown: unknown): boolean {
  if (thrown instanceof Fault) return OUTAGE_CODES.has(thrown.code);
  return saysAway(thrown);
}
