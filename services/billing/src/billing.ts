import type pg from 'pg';
import type { Logger } from 'pino';
import type { LedgerPort } from '#contracts/admin-needs.ts';
import type { BillingPort } from '#contracts/billing.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import type { Followable } from '#journal/following.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import { untilFolded } from '#journal/until-folded.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { isFree } from '#money/cost-bound.ts';
import { loadBillingState } from './adapters/load-billing-state.ts';
import { loadOpenShadows } from './adapters/load-open-shadows.ts';
import { type FollowedRequests, followRequests } from './memory/follow-requests.ts';
import { balanceHoursProjection } from './projections/balance-hours.ts';
import { ledgerProjection } from './projections/ledger.ts';
import { ledgerLinesProjection } from './projections/ledger-lines.ts';
import { openRequestProjection } from './projections/open-request.ts';
import { openShadowProjection } from './projections/open-shadow.ts';
import { priceBookProjection } from './projections/price-book-rows.ts';
import { requestsProjection } from './projections/requests.ts';
import { shadowComparisonProjection } from './projections/shadow-comparison.ts';
import { usageByProjection } from './projections/usage-by.ts';
import { usageUnitsProjection } from './projections/usage-units.ts';
import { readBalancesAt } from './queries/read-balances-at.ts';
import { readLedgerLines } from './queries/read-ledger-lines.ts';
import { readRequests } from './queries/read-requests.ts';
import { readShadowComparison } from './queries/read-shadow-comparison.ts';
import { readUsage } from './queries/read-usage.ts';
import { readUsageBy } from './queries/read-usage-by.ts';
import { readUsageReport } from './queries/read-usage-report.ts';
import { chargeDeadLetters } from './reactions/charge-dead-letters.ts';
import type { ChargeCounters } from './reactions/charge-log.ts';
import { type ChargeStats, createChargeReaction } from './reactions/charge-reaction.ts';
import { createPricePublisher, type PolicyOfPrices, type PricePublisher } from './reactions/price-publisher.ts';
import { createShadowCosts } from './reactions/shadow-costs.ts';

interface BillingDependencies {
  readonly journal: Journal;
  /** A pool that reads `int8` as `bigint`, with the schema `billing` migrated. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly counters?: ChargeCounters | undefined;
  readonly clock?: Clock;
  /** Resolves when the named projection has taken the event at `position`. */
  readonly awaitProjection: (name: string, position: number) => Promise<void>;
  /** The pause before a usage that cannot be charged is first tried again. Absent: 30 s. */
  readonly stuckRetryMs?: number;
}

export interface BillingStats extends ChargeStats {
  readonly openRequests: number;
  /** The number of copies whose cost cannot be posted. */
  readonly shadowCostsStuck: number;
}

export interface Billing extends BillingPort, LedgerPort {
  /** For the projector to run. */
  readonly projections: readonly Projection[];
  /** The usages that cannot be charged. */
  readonly deadLetters: DeadLetterSource;
  /** The copies of requests whose cost cannot be posted. */
  readonly shadowDeadLetters: DeadLetterSource;
  /** Publishes the prices of policy. Called once: charging waits for no policy. */
  openPrices(registry: PolicyOfPrices): PricePublisher;
  /** Resolves when the log up to the start is folded. From then on usages are charged. */
  ready(): Promise<void>;
  stats(): BillingStats;
  /** The keys that have a price. */
  priceKeys(): Iterable<string>;
  /** Stops taking events and ends the charges under way. */
  close(): Promise<void>;
}

/** Billing's read models. */
export const billingProjections: readonly Projection[] = [
  priceBookProjection,
  openRequestProjection,
  usageUnitsProjection,
  usageByProjection,
  ledgerProjection,
  ledgerLinesProjection,
  balanceHoursProjection,
  openShadowProjection,
  shadowComparisonProjection,
  requestsProjection,
];

/** The standby's half of billing: it loads the tables and folds the log from there. */
export async function loadAndFollow(dependencies: {
  readonly journal: Followable;
  readonly pool: pg.Pool;
}): Promise<FollowedRequests> {
  return followRequests(dependencies.journal, await loadBillingState(dependencies.pool));
}

/**
 * The leader's half: charges, publishes and appends, once the log is folded up to `from`. A later event has most likely
 * charged an earlier usage, and asking the log each time would cost a start a write for every request ever made.
 * Closing it also closes the fold.
 */
export async function leadBilling(
  dependencies: BillingDependencies & { readonly requests: FollowedRequests; readonly from: number },
): Promise<Billing> {
  const { journal, pool, logger, counters, requests, from, clock = systemClock, stuckRetryMs } = dependencies;
  const { awaitProjection } = dependencies;
  const { book, open } = requests;
  const snapshot = await loadOpenShadows(pool);
  const shadows = createShadowCosts({ journal, book, logger, counters, clock, stuckRetryMs, from, snapshot });
  const reaction = createChargeReaction({ journal, book, open, logger, counters, clock, stuckRetryMs });

  let prices: PricePublisher | undefined;
  let isClosed = false;

  /** Charges the usages that the fold found uncharged, as fast as the log takes them, beside new ones. */
  async function chargeFound(): Promise<void> {
    const found = open.chargeable();
    requests.watch({ onChargeable: reaction.enqueue, onEnded: reaction.ended, room: reaction.room });
    for (const request of found) {
      const room = reaction.room();
      if (room !== undefined) await room;
      if (isClosed) return;
      reaction.enqueue(request);
    }
  }

  const live = requests.reached(from);
  void live.then(chargeFound);
  return {
    projections: billingProjections,
    deadLetters: chargeDeadLetters(reaction),
    shadowDeadLetters: shadows.deadLetters,
    isPriced: (priceKey) => book.newest(priceKey) !== undefined,
    isFree(priceKey) {
      const price = book.newest(priceKey);
      return price !== undefined && isFree(price);
    },
    priceKeys: book.keys,
    usage: (query) => readUsage(pool, query),
    usageBy: (query) => readUsageBy(pool, query),
    shadowReport: (query) => readShadowComparison(pool, query),
    requests: (query) => readRequests(pool, query),
    usageReport: (query) => readUsageReport(pool, query),
    async balancesAt(query) {
      const { position } = query;
      const folds = [ledgerLinesProjection, balanceHoursProjection].map(({ name }) => awaitProjection(name, position));
      await untilFolded(Promise.all(folds), { position });
      return readBalancesAt(pool, query);
    },
    ledgerLines: (query) => readLedgerLines(pool, query),
    openPrices(registry) {
      prices = createPricePublisher({ registry, journal, book, reached: requests.reached, logger, clock });
      return prices;
    },
    ready: () => live,
    stats: () => ({ openRequests: open.size(), ...reaction.stats(), ...shadows.stats() }),
    async close() {
      isClosed = true;
      // All together: the fold may wait for room, which only the end of charges makes.
      await Promise.all([requests.close(), reaction.close(), shadows.close(), prices?.close()]);
    },
  };
}
