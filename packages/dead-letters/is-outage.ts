import type { ErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';

/** What a part of ours says that is away, late, or no longer the one to ask. */
const OUTAGE_CODES: ReadonlySet<ErrorCode> = new Set(['unavailable', 'request_timeout', 'superseded']);

/**
 * SQLSTATEs that say nothing about the statement: connection (08), serialization or deadlock (40), resources and disk (53),
 * operator intervention such as a shutdown (57), system errors (58), a lock or an idle transaction that took too long.
 */
const OUTAGE_SQLSTATE = /^((08|40|53|57|58)[0-9A-Z]{3}|55P03|25P03)$/;

/** The system's own about a connection. */
const NETWORK_CODE = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** What `pg` says without a code when its connection is gone, or none is to be had. */
const LOST_CONNECTION = /^(Connection terminated|timeout exceeded|Client has encountered a connection)/;

/**
 * Whether a failure says that something is away (the log, the database, the network) and nothing about the event at hand.
 * It is waited out; only what fails with everything there becomes a dead letter. An error that is not known counts as
 * the event's: wrongly listed, it is tried again all the same and goes by itself.
 */
export function isOutage(thrown: unknown): boolean {
  if (thrown instanceof Fault) return OUTAGE_CODES.has(thrown.code);
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown ? String(thrown.code) : '';
  return OUTAGE_SQLSTATE.test(code) || NETWORK_CODE.test(code) || (code === '' && LOST_CONNECTION.test(thrown.message));
}
