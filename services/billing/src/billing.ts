import type pg from 'pg';
import type { Logger } from 'pino';
import type { BillingPort } from '#contracts/billing.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import type { Journal } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { priceFromEvent } from '#money/price.ts';
import { openChargeLetterTable } from './adapters/charge-letter-table.ts';
import { loadBillingState } from './adapters/load-billing-state.ts';
import { type BillingConfig, configuredOffers } from './config.ts';
import { createOpenRequests, type OpenRequests } from './domain/open-request/open-requests.ts';
import { createPriceBook, type PriceBook } from './domain/price-book/price-book.ts';
import { catalogueOffers } from './handlers/catalogue-offers.ts';
import { publishPrices } from './handlers/publish-prices.ts';
import { ledgerProjection } from './projections/ledger.ts';
import { openRequestProjection } from './projections/open-request.ts';
import { priceBookProjection } from './projections/price-book.ts';
import { usageDailyProjection } from './projections/usage-daily.ts';
import { readUsage } from './queries/usage.ts';
import { createChargeDeadLetters } from './reactions/charge-dead-letters.ts';
import { type ChargeReaction, type ChargeStats, createChargeReaction } from './reactions/charge-reaction.ts';

export interface BillingDependencies {
  readonly config: BillingConfig;
  readonly journal: Journal;
  /** Its `int8` read as `bigint`; the schema `billing` migrated. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Before a usage that cannot be charged is first tried again; 30 s where it is left out. */
  readonly stuckRetryMs?: number;
}

export interface BillingStats extends ChargeStats {
  readonly openRequests: number;
}

export interface Billing extends BillingPort {
  /** For the projector to run. */
  readonly projections: readonly Projection[];
  /** The usages that cannot be charged. */
  readonly deadLetters: DeadLetterSource;
  /**
   * Publishes the configured prices, and the catalogue's of these providers where they differ from the newest; resolves
   * to the number published, when they are in force here. Repeatable.
   */
  seedPrices(catalogueIds: readonly string[]): Promise<number>;
  /** Resolves when the log up to the start is folded; from then on usages are charged. */
  ready(): Promise<void>;
  stats(): BillingStats;
  /** Whatever has a price. */
  priceKeys(): Iterable<string>;
  /** Stops taking events and ends the charges under way. */
  close(): Promise<void>;
}

/** The read models billing owns. */
export const billingProjections: readonly Projection[] = [
  priceBookProjection,
  openRequestProjection,
  usageDailyProjection,
  ledgerProjection,
];

/**
 * Starts billing on the log: loads where it stood, folds what came since, and charges every usage that is not charged
 * yet. Throws where a configured price is not one.
 */
export async function createBilling(dependencies: BillingDependencies): Promise<Billing> {
  const { config, journal, pool, logger, clock = systemClock, stuckRetryMs } = dependencies;
  const configured = configuredOffers(config);
  const configuredKeys = new Set(configured.map((offer) => offer.priceKey));
  const book = createPriceBook();
  const open = createOpenRequests();
  const letters = await openChargeLetterTable({ pool, logger });
  const reaction = createChargeReaction({ journal, book, open, letters, logger, clock, stuckRetryMs });

  const state = await loadBillingState(pool);
  for (const price of state.prices) book.add(price);
  for (const request of state.openRequests) open.restore(request);

  const liveFrom = await journal.head();
  const follower = createFollower({ liveFrom, afterPosition: state.afterPosition, book, open, reaction });
  if (state.afterPosition >= liveFrom) void follower.goLive();
  const subscription = journal.subscribe({
    name: 'billing',
    afterPosition: state.afterPosition,
    onEvents: follower.onEvents,
  });
  const deadLetters = createChargeDeadLetters({ letters, reaction, open, foldedUpTo: follower.foldedUpTo, clock });
  const checking = follower.live
    .then(deadLetters.check)
    .catch((error: unknown) => logger.warn({ err: error }, 'dead letters could not be held against the log'));
  return {
    projections: billingProjections,
    deadLetters,
    isPriced: (priceKey) => book.newest(priceKey) !== undefined,
    priceKeys: book.keys,
    usage: (query) => readUsage(pool, query),
    async seedPrices(catalogueIds) {
      await follower.live;
      const nowMs = clock();
      const offers = catalogueOffers(catalogueIds, nowMs).filter((offer) => !configuredKeys.has(offer.priceKey));
      return publishPrices([...configured, ...offers], nowMs, { journal, book, reached: subscription.reached });
    },
    ready: () => follower.live,
    stats: () => ({ openRequests: open.size(), ...reaction.stats() }),
    async close() {
      await subscription.close();
      await reaction.close();
      if (follower.isLive()) await checking;
      await letters.close();
    },
  };
}

/**
 * Folds the log and charges. While it is behind the head it started with it only folds: a usage down there is most
 * likely charged further up, and asking the log each time would cost a start a write for every request ever made.
 */
function createFollower(parts: {
  readonly liveFrom: number;
  readonly afterPosition: number;
  readonly book: PriceBook;
  readonly open: OpenRequests;
  readonly reaction: ChargeReaction;
}) {
  const { liveFrom, book, open, reaction } = parts;
  const live = Promise.withResolvers<void>();
  let isLive = false;
  let foldedUpTo = parts.afterPosition;

  function onEvents(events: readonly RecordedEvent[]): void | Promise<void> {
    for (const event of events) {
      if (event.type === 'PricePublished') book.add(priceFromEvent(event.data, event.version));
      const chargeable = open.fold(event);
      if (event.type === 'ChargePosted' || event.type === 'HoldExpired') reaction.ended(event.data.requestId);
      if (chargeable !== undefined && isLive) reaction.enqueue(chargeable);
    }
    foldedUpTo = events.at(-1)?.position ?? foldedUpTo;
    if (!isLive && foldedUpTo >= liveFrom) return goLive();
    return reaction.room();
  }

  /** Charges what was found uncharged, as fast as the log takes it. */
  async function goLive(): Promise<void> {
    isLive = true;
    live.resolve();
    for (const request of open.chargeable()) {
      await reaction.room();
      reaction.enqueue(request);
    }
  }

  return { onEvents, goLive, live: live.promise, isLive: () => isLive, foldedUpTo: () => foldedUpTo };
}
