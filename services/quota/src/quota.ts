import type pg from 'pg';
import type { BalancePort, BalanceView } from '#contracts/billing.ts';
import type { QuotaPort } from '#contracts/quota.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import type { Followable } from '#journal/following.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { Logger } from '#telemetry/logger.ts';
import { loadBooks } from './adapters/load-books.ts';
import { type QuotaConfig, quotaConfigFaults } from './config.ts';
import type { Hold } from './domain/account/hold.ts';
import { createAdmissionWriter } from './handlers/admission-writer.ts';
import { createAdmit } from './handlers/admit.ts';
import { unavailable } from './handlers/unavailable.ts';
import { type FollowedBooks, followBooks } from './memory/follow-books.ts';
import { createHoldDeadlines } from './memory/hold-deadlines.ts';
import { createPendingAdmissions } from './memory/pending-admissions.ts';
import { quotaAccounts } from './projections/quota-accounts.ts';
import { balanceView } from './queries/balance-view.ts';
import { createHoldCloser } from './reactions/hold-closer.ts';
import { startSweeping } from './reactions/sweep.ts';

export interface Quota extends QuotaPort, BalancePort {
  readonly projections: readonly Projection[];
  /** Holds that cannot be closed. */
  readonly deadLetters: DeadLetterSource;
  /**
   * Closes every hold admitted at or before a position of the log that has no usage on record: the process that ran its
   * request is gone. To be called at a start, with the log's head of that moment, before requests are let in. Returns
   * how many were closed.
   */
  expireOrphans(admittedUpTo: number): Promise<number>;
  /** A user's money as far as the log is folded here. */
  balance(userId: string): BalanceView;
  /** Holds that are not over. */
  openHolds(): number;
  /** The place in the log up to which decisions know it. */
  position(): number;
  /** Resolves when the log as it stood at the start is folded; until then requests are refused as `unavailable`. */
  ready(): Promise<void>;
  /** Ends the fold and the sweeps; requests are refused from then on. */
  close(): Promise<void>;
}

interface QuotaDependencies {
  readonly config: QuotaConfig;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** The half of quota a standby runs: the books as the tables have them, and the log from there on. */
export async function loadAndFollow(dependencies: {
  readonly journal: Followable;
  readonly pool: pg.Pool;
}): Promise<FollowedBooks> {
  return followBooks(dependencies.journal, await loadBooks(dependencies.pool));
}

/**
 * The half only a leader runs: admits, closes holds, appends. Decides from when the books have taken the log up to `from`
 * on. The only admission authority of its partition; closing it closes the books.
 */
export function leadQuota(
  dependencies: QuotaDependencies & { readonly books: FollowedBooks; readonly from: number },
): Quota {
  const { config, journal, logger, books, from, clock = systemClock } = dependencies;
  assertSound(config);

  const { live } = books;
  const pending = createPendingAdmissions();
  const deadlines = createHoldDeadlines();
  const writer = createAdmissionWriter({
    journal,
    pending,
    logger,
    isFolded: (position) => position <= live.position(),
    onOrphan,
  });
  const closer = createHoldCloser({ journal, clock, logger, deadlines, holdOf: (id) => live.holds.get(id) });

  /** Holds whose requests nobody runs. */
  let orphans: string[] = [];
  /** The same, in the log and not folded yet. */
  const unfoldedOrphans = new Set<string>();
  let isReady = false;
  let isClosed = false;

  function onHold(before: Hold | undefined, after: Hold | undefined): void {
    if (before?.state === 'open') deadlines.remove(before.requestId, before.expiresAtMs);
    if (before !== undefined) writer.ended(before.requestId);
    if (after?.state !== 'open') return;
    pending.remove(after.requestId);
    deadlines.add(after.requestId, after.expiresAtMs);
    if (unfoldedOrphans.delete(after.requestId)) orphans.push(after.requestId);
  }

  function onOrphan(requestId: string): void {
    if (live.holds.get(requestId)?.state === 'open') orphans.push(requestId);
    else if (pending.find(requestId) !== undefined) unfoldedOrphans.add(requestId);
  }

  // No event between the two: both in one turn.
  for (const hold of live.holds.values()) if (hold.state === 'open') deadlines.add(hold.requestId, hold.expiresAtMs);
  books.watch(onHold);

  const whenReady = Promise.withResolvers<void>();
  whenReady.promise.catch(() => undefined);
  void books.stopped.then(whenReady.reject);
  void books.reached(from).then(() => {
    isReady = true;
    whenReady.resolve();
  });

  function assertServing(): void {
    if (isClosed) throw unavailable('The gateway is stopping.');
    const stop = live.stoppedBy();
    if (stop !== undefined) throw unavailable('Admission has stopped: the log contradicts itself.', stop);
    if (!isReady) throw unavailable('The gateway is starting.');
  }

  async function catchUp(): Promise<boolean> {
    const head = await journal.head();
    if (live.position() >= head) return false;
    const { promise, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => resolve('late'), config.catchUpTimeoutMs);
    const outcome = await Promise.race([books.reached(head), promise]);
    clearTimeout(timer);
    if (outcome === 'late') throw unavailable('The gateway has fallen behind its log.');
    return true;
  }

  const sweeping = startSweeping(config.sweepIntervalMs, logger, async () => {
    if (!isReady) return;
    const given = orphans;
    orphans = [];
    await closer.close(given, 'orphaned');
    await closer.close(deadlines.takeDue(clock()), 'expired');
  });

  const balance = (userId: string): BalanceView => balanceView(userId, live.accounts.get(userId));

  return {
    admit: createAdmit({
      live,
      pending,
      writer,
      rules: config,
      maxPending: config.maxPending,
      askedForMs: config.askedForMs,
      durability: config.durability,
      clock,
      assertServing,
      catchUp,
    }),
    balance,
    async balances(userIds) {
      await catchUp();
      return userIds.map(balance);
    },
    projections: [quotaAccounts],
    deadLetters: closer.deadLetters,
    async expireOrphans(admittedUpTo) {
      await whenReady.promise;
      await books.reached(Math.min(admittedUpTo, await journal.head()));
      const open = [...live.holds.values()].filter((hold) => hold.state === 'open' && hold.position <= admittedUpTo);
      return closer.close(
        open.map((hold) => hold.requestId),
        'orphaned',
      );
    },
    openHolds: () => live.holds.size,
    position: live.position,
    ready: () => whenReady.promise,
    async close() {
      isClosed = true;
      writer.close();
      await sweeping.close();
      await books.close();
    },
  };
}

function assertSound(config: QuotaConfig): void {
  const faults = quotaConfigFaults(config);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
