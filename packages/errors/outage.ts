/**
 * SQLSTATEs that say nothing about the statement: connection (08), serialization or deadlock (40), resources and disk (53),
 * operator intervention such as a shutdown (57), system errors (58), a lock or an idle transaction that took too long, and a
 * server that takes no writes for now (25006: a failover, or a provider's answer to a full disk).
 */
const OUTAGE_SQLSTATE = /^((08|40|53|57|58)[0-9A-Z]{3}|55P03|25P03|25006)$/;

/** The system's own about a connection. */
const NETWORK_CODE = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Of a connection to a Unix socket whose server is not there. Of a file it says something else. */
const SOCKET_CODE = /^(ENOENT|EACCES)$/;

/** What `pg` says without a code when its connection is gone, none is to be had, or an answer does not come. */
const LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded|Client has encountered a connection|Client was closed|Query read timeout|Cannot use a pool after calling end)/;

/**
 * Whether an error that is none of ours says that something is away (the database, the network) and nothing about what was
 * asked of it. The one table of such errors: what a client is told (`fault.ts`) and what is waited out instead of being set
 * aside (`dead-letters/is-outage.ts`) follow from it.
 */
export function saysAway(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown ? String(thrown.code) : '';
  if (code === '') return LOST_CONNECTION.test(thrown.message);
  if (SOCKET_CODE.test(code)) return 'syscall' in thrown && thrown.syscall === 'connect';
  return OUTAGE_SQLSTATE.test(code) || NETWORK_CODE.test(code);
}
