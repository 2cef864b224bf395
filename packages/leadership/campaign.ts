import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from '#telemetry/logger.ts';
import { giveLeaseBack, type LeaseRow, openLeaseConnection, renewLease, takeLease } from './lease-row.ts';

/**
 * Long enough for a busy process or a restart of the database, short enough that a standby serves within five seconds
 * of its leader's death.
 */
const TTL_MS = 2_000;
/**
 * A holder stops answering this long before its lease ends, since the clocks of two machines need not tick at the same
 * rate.
 */
const MARGIN_MS = 200;
const RENEW_MS = 500;
/** The pause after a failed renewal. Several more renewals fit before the lease is over. */
const RETRY_MS = 100;
const POLL_MS = 250;

/** The right to answer for a service. */
export interface Lease {
  /** False from the moment at which another process might lead. May become true again. Costs one look at the clock. */
  isHeld(): boolean;
  /** Resolves when another process has taken the lease. This process must end. */
  readonly lost: Promise<Error>;
  /** Gives the lease back, within seconds even if the database is away. Never rejects. */
  release(): Promise<void>;
}

export interface CampaignOptions {
  /** A pool of the service's own database, for its settings. The lease is a row of `<schema>.lease`. */
  readonly pool: pg.Pool;
  readonly schema: string;
  readonly part: number;
  /** This process' name, for people who read the table. Two processes of one name stay distinct. */
  readonly holder: string;
  readonly logger: Logger;
  /** Aborts the wait. */
  readonly signal: AbortSignal;
  /**
   * Asked before each try: a process that could not do the work leaves the lease to another. Absent: this process can.
   */
  readonly isFit?: () => boolean;
  readonly ttlMs?: number;
}

/**
 * Waits until this process leads. The lease only says which process answers. The log makes sure that nothing is decided
 * twice, since a process may be stopped between checking its lease and acting on it. Rejects if `signal` aborts.
 */
export async function campaign(options: CampaignOptions): Promise<Lease> {
  const { schema, part, holder, logger, signal, isFit = () => true, ttlMs = TTL_MS } = options;
  // Names come from settings. Two processes with the same name would both find that they hold the lease.
  const row: LeaseRow = { schema, part, holder: `${holder} ${randomBytes(4).toString('hex')}`, ttlMs };
  await using opened = new AsyncDisposableStack();
  const connection = opened.adopt(openLeaseConnection(options.pool), (pool) => pool.end());
  /** The end of another holder's lease, and the time since which it has not moved. */
  let seen = { end: '', sinceMs: 0 };
  let isAway = false;
  for (let polls = 0; ; polls += 1) {
    signal.throwIfAborted();
    while (!isFit()) await pause(POLL_MS, undefined, { signal });
    const askedAtMs = performance.now();
    try {
      const isStale = seen.end !== '' && askedAtMs - seen.sinceMs > ttlMs;
      const taking = await takeLease(connection, row, isStale ? seen.end : null);
      if (taking.isOurs) {
        logger.info({ schema, holder }, 'this process leads');
        return hold(connection, opened.move(), row, askedAtMs, logger);
      }
      if (taking.end !== seen.end) seen = { end: taking.end, sinceMs: performance.now() };
      if (polls === 0) logger.info({ schema, holder }, 'another process leads; standing by');
      isAway = false;
    } catch (error) {
      if (!isAway) logger.warn({ err: error, schema }, 'the lease cannot be asked for now');
      isAway = true;
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

function hold(
  connection: pg.Pool,
  opened: AsyncDisposableStack,
  row: LeaseRow,
  takenAtMs: number,
  logger: Logger,
): Lease {
  const lost = Promise.withResolvers<Error>();
  const releasing = new AbortController();
  // Counted from before the query was sent, since the database's answer may be old when it arrives.
  let heldUntilMs = takenAtMs + row.ttlMs - MARGIN_MS;
  let isAway = false;

  async function renewNow(): Promise<'renewed' | 'away' | 'taken'> {
    const askedAtMs = performance.now();
    try {
      if (!(await renewLease(connection, row))) return 'taken';
      if (!releasing.signal.aborted) heldUntilMs = askedAtMs + row.ttlMs - MARGIN_MS;
      if (isAway) logger.info({ schema: row.schema }, 'the lease is renewed again');
      isAway = false;
      return 'renewed';
    } catch (error) {
      if (!isAway) logger.warn({ err: error, schema: row.schema }, 'the lease could not be renewed; trying again');
      isAway = true;
      return 'away';
    }
  }

  async function keep(): Promise<void> {
    let outcome: 'renewed' | 'away' | 'taken' = 'renewed';
    while (outcome !== 'taken') {
      await pause(outcome === 'away' ? RETRY_MS : RENEW_MS, undefined, { signal: releasing.signal }).catch(
        () => undefined,
      );
      if (releasing.signal.aborted) return;
      outcome = await renewNow();
    }
    heldUntilMs = 0;
    if (!releasing.signal.aborted) lost.resolve(new Error(`another process leads ${row.schema} now`));
  }

  async function giveBack(): Promise<void> {
    heldUntilMs = 0;
    releasing.abort();
    await keeping;
    await giveLeaseBack(connection, row).catch((error) =>
      logger.warn({ err: error }, 'the lease was not given back; it ends by itself'),
    );
    await opened.disposeAsync();
  }

  const keeping = keep();
  let given: Promise<void> | undefined;
  return {
    isHeld: () => performance.now() < heldUntilMs,
    lost: lost.promise,
    release() {
      given ??= giveBack();
      return given;
    },
  };
}
