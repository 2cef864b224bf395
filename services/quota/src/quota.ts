import type pg from 'pg';
import type { BalancesPort } from '#contracts/admin-needs.ts';
import type { BalancePort, BalanceView } from '#contracts/billing.ts';
import { userPayer } from '#contracts/payer.ts';
import type { QuotaPort } from '#contracts/quota.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import type { Followable } from '#journal/following.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import { loadBooks } from './adapters/load-books.ts';
import { type QuotaConfig, quotaConfigFaults } from './config.ts';
import { quoteRequest } from './domain/admission/quote-request.ts';
import { type AdmissionWriter, createAdmissionWriter } from './handlers/admission-writer.ts';
import { createAdmit } from './handlers/admit.ts';
import { createCatchUp } from './handlers/catch-up.ts';
import { createDebit } from './handlers/debit.ts';
import { createDeciding } from './handlers/decide-now.ts';
import { unavailable } from './handlers/unavailable.ts';
import { decisionState, fundsOf } from './memory/decision-state.ts';
import { accountOf, findCaller, paidFrom } from './memory/find-caller.ts';
import { type FollowedBooks, followBooks } from './memory/follow-books.ts';
import { createLeaderMemory, type LeaderMemory } from './memory/leader-memory.ts';
import { quotaAccounts } from './projections/quota-accounts.ts';
import { balanceView, payerBalance } from './queries/balance-view.ts';
import { limitState } from './queries/limit-state.ts';
import { createHoldCloser, type HoldCloser } from './reactions/hold-closer.ts';
import { createLimitReached } from './reactions/limit-reached.ts';
import { startSweeping } from './reactions/sweep.ts';

export interface Quota extends QuotaPort, BalancePort, BalancesPort {
  readonly projections: readonly Projection[];
  /** Holds that cannot be closed. */
  readonly deadLetters: DeadLetterSource;
  /**
   * Closes every hold admitted at or before a position of the log that has no usage on record: the process that ran its
   * request is gone. To be called at a start, with the log's head of that moment, before requests are let in. Returns
   * how many were closed.
   */
  expireOrphans(admittedUpTo: number): Promise<number>;
  /** The money that pays for a user, whose token may name a team, as far as the log is folded here. */
  balance(userId: string, teamId?: string): BalanceView;
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

/** What a leader leads with. */
interface Leading {
  readonly config: QuotaConfig;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly books: FollowedBooks;
  readonly memory: LeaderMemory;
  readonly writer: AdmissionWriter;
  readonly closer: HoldCloser;
  readonly catchUp: () => Promise<boolean>;
  readonly whenReady: Promise<void>;
  readonly life: { isReady: boolean; isClosed: boolean };
}

/**
 * The half only a leader runs: admits, closes holds, debits, appends. Decides from when the books and policy have taken the log
 * up to `from` on. The only admission authority of its partition; closing it closes the books.
 */
export function leadQuota(
  dependencies: QuotaDependencies & {
    readonly books: FollowedBooks;
    readonly registry: FollowedRegistry;
    readonly from: number;
  },
): Quota {
  const { config, journal, logger, books, registry, from, clock = systemClock } = dependencies;
  assertSound(config);
  const memory = createLeaderMemory(books.live, registry, config);
  const { deadlines, orphans, sources } = memory;
  const writer = createAdmissionWriter({
    journal,
    pending: sources.pending,
    logger,
    isFolded: (position) => position <= books.live.position(),
    onOrphan: orphans.add,
  });
  const closer = createHoldCloser({ journal, clock, logger, deadlines, holdOf: (id) => books.live.holds.get(id) });
  const limitReached = createLimitReached({
    journal,
    clock,
    logger,
    limitOf: (limitId) => sources.limits.find(limitId)?.limit,
  });
  books.watch((event, { before, after, ended }) => {
    memory.take(event, before, after);
    if (before !== undefined) writer.ended(before.requestId);
    if (before !== undefined && after === undefined) limitReached.onOutcome(before, ended);
  });

  const life = { isReady: false, isClosed: false };
  const whenReady = readyFrom(books, registry, from, life);
  const catchUp = createCatchUp({ journal, books, registry, timeoutMs: config.catchUpTimeoutMs });
  const leading = { config, journal, logger, clock, books, memory, writer, closer, catchUp, whenReady, life };
  const sweeping = startSweeping(config.sweepIntervalMs, logger, async () => {
    if (!life.isReady) return;
    await closer.close(orphans.take(), 'orphaned');
    await closer.close(deadlines.takeDue(clock()), 'expired');
  });

  return {
    ...portsOf(leading),
    projections: [quotaAccounts],
    deadLetters: closer.deadLetters,
    expireOrphans: (admittedUpTo) => expireOrphans(leading, admittedUpTo),
    openHolds: () => books.live.holds.size,
    position: books.live.position,
    ready: () => whenReady,
    async close() {
      life.isClosed = true;
      writer.close();
      await sweeping.close();
      await books.close();
    },
  };
}

function readyFrom(
  books: FollowedBooks,
  registry: FollowedRegistry,
  from: number,
  life: Leading['life'],
): Promise<void> {
  const whenReady = Promise.withResolvers<void>();
  whenReady.promise.catch(() => undefined);
  void books.stopped.then(whenReady.reject);
  void Promise.all([books.reached(from), registry.reached(from)]).then(() => {
    life.isReady = true;
    whenReady.resolve();
  });
  return whenReady.promise;
}

function assertServing({ life, books }: Pick<Leading, 'life' | 'books'>): void {
  if (life.isClosed) throw unavailable('The gateway is stopping.');
  const stop = books.live.stoppedBy();
  if (stop !== undefined) throw unavailable('Admission has stopped: the log contradicts itself.', stop);
  if (!life.isReady) throw unavailable('The gateway is starting.');
}

type Ports = Pick<
  Quota,
  'admit' | 'quote' | 'balance' | 'balances' | 'balancesOf' | 'debit' | 'limitStates' | 'heldInAll'
>;

function portsOf(leading: Leading): Ports {
  const { config, journal, logger, clock, books, memory, writer, catchUp, life } = leading;
  const { sources, metered, outcomes } = memory;
  const { live } = books;
  const { pending, registry } = sources;
  const serving = (): void => assertServing(leading);
  const deciding = createDeciding({ sources, writer, metered, rules: config, clock, assertServing: serving });

  /** The balance that pays for the user. */
  const balance = (userId: string, teamId = ''): BalanceView => {
    const caller = findCaller(registry, { userId, keyId: '', teamId });
    const { account } =
      'refusal' in caller ? accountOf(userPayer(userId), live.accounts) : paidFrom(caller, live.accounts);
    return balanceView(userId, account);
  };

  return {
    admit: createAdmit({ deciding, pending, writer, outcomes, config, catchUp }),
    async quote(request) {
      serving();
      return quoteRequest(request, decisionState(sources, request, clock()), config);
    },
    debit: createDebit({
      journal,
      pending,
      fundsOf: (payer) => fundsOf(sources, accountOf(payer, live.accounts)),
      clock,
      logger,
      assertServing: serving,
      catchUp,
      isFolded: (position) => position <= live.position(),
      isClosed: () => life.isClosed,
    }),
    balance,
    async balances(userIds, teamIds = []) {
      await catchUp();
      return userIds.map((userId, index) => balance(userId, teamIds[index]));
    },
    async balancesOf(payers) {
      await catchUp();
      return payers.map((payer) => payerBalance(payer, accountOf(payer, live.accounts).account));
    },
    async limitStates(limitIds) {
      await catchUp();
      const nowMs = clock();
      return limitIds.map((limitId) => limitState(sources, limitId, nowMs));
    },
    heldInAll: async () => live.holds.values().reduce((sum, { holdNanoUsd }) => sum + holdNanoUsd, 0n),
  };
}

async function expireOrphans({ journal, books, closer, whenReady }: Leading, admittedUpTo: number): Promise<number> {
  await whenReady;
  await books.reached(Math.min(admittedUpTo, await journal.head()));
  const holds = [...books.live.holds.values()];
  const open = holds.filter((hold) => hold.state === 'open' && hold.position <= admittedUpTo);
  return closer.close(
    open.map((hold) => hold.requestId),
    'orphaned',
  );
}

function assertSound(config: QuotaConfig): void {
  const faults = quotaConfigFaults(config);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
