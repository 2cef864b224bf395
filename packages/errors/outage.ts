/**
 * SQLSTATEs that say nothing about the statement: connection (08), serialization or deadlock (40), resources and disk (53),
 * operator intervention such as a shutdown (57), system errors (58), a lock or an idle transaction that took too long, and a
 * server that takes no writes for now (25006: a failover, or a provider's answer to a full disk).
 */
const OUTAGE_SQLSTATE = /^((08|40|53|57|58)[0-9A-Z]{3}|55P03|25P03|25006)$/;

/** The operating system's codes for a lost or refused connection. */
const NETWORK_CODE = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** For a connection, these codes mean that a Unix socket's server is absent. For a file they mean something else. */
const SOCKET_CODE = /^(ENOENT|EACCES)$/;

/** Messages of `pg` without a code: its connection is gone, none can be had, or an answer does not come. */
const LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded|Client has encountered a connection|Client was closed|Query read timeout|Cannot use a pool after calling end)/;

/**
 * Whether a foreign error says that a part is away (the database, the network) and says nothing about the request
 * itself. This is the one table of such errors: `fault.ts` tells the client by it, and `dead-letters/is-outage.ts`
 * waits by it instead of setting an event aside.
 */
export function saysAway(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown ? String(thrown.code) : '';
  if (code === '') return LOST_CONNECTION.test(thrown.message);
  if (SOCKET_CODE.test(code)) return 'syscall' in thrown && thrown.syscall === 'connect';
  return OUTAGE_SQLSTATE.test(code) || NETWORK_CODE.test(code);
}
