import type { Logger } from 'pino';
import type { Clock } from '#kernel/clock.ts';
import { readOwnPrice } from '#money/own-price.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { catalogueOf } from '#registry/provider-names.ts';
import type { Registry } from '#registry/registry.ts';
import { dueOffers, type OwnPrice } from '../domain/price-book/due-offers.ts';
import type { PriceOffer } from '../domain/price-book/price-offer.ts';
import { catalogueOfferOf, catalogueOffers } from '../handlers/catalogue-offers.ts';
import { type PublishDependencies, publishPrices } from '../handlers/publish-prices.ts';
import { createNextLook } from './next-look.ts';

/** A thousand prices of an import come one after another, and are one publication; it is in force within a second. */
const GATHER_MS = 100;
/** While the log is away. */
const RETRY_MS = 1_000;

export interface PricePublisher {
  /** Publishes what differs from the newest prices; resolves to the number when they are in force here. Repeatable. */
  publish(): Promise<number>;
  /** From now on prices are published as policy changes, and as the time of each comes. */
  follow(): void;
  close(): Promise<void>;
}

/** Has the operator's own prices, and the providers whose list prices are published. */
export type PolicyOfPrices = Pick<Registry, 'all' | 'watch'>;

interface PublisherDependencies extends PublishDependencies {
  readonly registry: PolicyOfPrices;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly clock: Clock;
}

/** Publishes the prices of policy: the operator's own, and the catalogue's for the providers there are. */
export function createPricePublisher(dependencies: PublisherDependencies): PricePublisher {
  const { registry, logger, clock } = dependencies;
  const offersNow = policyOffers(dependencies);
  const looks = createNextLook(() => void publishWhenDue());
  let publishing: Promise<number> | undefined;
  let isFollowing = false;
  let isClosed = false;

  async function publishDue(): Promise<number> {
    const nowMs = clock();
    const { offers, nextAtMs } = offersNow(nowMs);
    const published = await publishPrices(offers, nowMs, dependencies);
    if (nextAtMs !== undefined && isFollowing) looks.within(nextAtMs - nowMs);
    return published;
  }

  /** One at a time: what has changed meanwhile is taken by the next. */
  async function publish(): Promise<number> {
    while (publishing !== undefined) await publishing.catch(() => 0);
    publishing = publishDue();
    try {
      return await publishing;
    } finally {
      publishing = undefined;
    }
  }

  async function publishWhenDue(): Promise<void> {
    try {
      const published = await publish();
      if (published > 0) logger.info({ published }, 'prices were published');
    } catch (error) {
      if (isClosed) return;
      logger.warn({ err: error }, 'prices cannot be published now');
      looks.within(RETRY_MS);
    }
  }

  return {
    publish,
    follow() {
      isFollowing = true;
      registry.watch('provider', () => looks.within(GATHER_MS));
      registry.watch('price', (before, after) => {
        looks.within(GATHER_MS);
        if (before === undefined || after !== undefined || catalogueOfferOf(before.id, clock()) !== undefined) return;
        logger.warn(
          `the price ${before.id} was removed, and the catalogue has none: the last one stays in force, since nothing is free for want of a price; disable the model to refuse it`,
        );
      });
      looks.within(0);
    },
    async close() {
      isClosed = true;
      looks.close();
      await publishing?.catch(() => 0);
    },
  };
}

/** What policy has to publish at a time. A price that nothing can be billed by is told once. */
function policyOffers({
  registry,
  logger,
  book,
}: PublisherDependencies): (nowMs: number) => ReturnType<typeof dueOffers> {
  const told = new Set<string>();

  function own(price: ResourceOf<'price'>, listed: PriceOffer | undefined): OwnPrice {
    const { id, source } = price;
    // What an operator does not know of a model, the catalogue may.
    const contextTokens = price.contextTokens || (listed?.contextTokens ?? 0);
    const outputTokensMax = price.outputTokensMax || (listed?.outputTokensMax ?? 0);
    const timeMs = Date.parse(price.effectiveAt);
    const effectiveAtMs = Number.isNaN(timeMs) ? 0 : timeMs;
    try {
      const terms = readOwnPrice(price);
      // Vectors have no output, and so no price for it; a model that answers is not left without one by an oversight.
      if (terms.prices.output === undefined && listed?.prices.output !== undefined) {
        throw new RangeError('there is no price for output');
      }
      const offer = { priceKey: id, ...terms, contextTokens, outputTokensMax, source, effectiveAtMs };
      return { id, effectiveAtMs, offer };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const warning = `the price ${id} is not in force: ${error.message}`;
      if (!told.has(warning)) logger.warn(warning);
      told.add(warning);
      return { id, effectiveAtMs, offer: undefined };
    }
  }

  return (nowMs) => {
    const catalogue = catalogueOffers(Array.from(registry.all('provider'), catalogueOf), nowMs);
    const listed = new Map(catalogue.map((offer) => [offer.priceKey, offer]));
    return dueOffers({
      ownPrices: Array.from(registry.all('price'), (price) => own(price, listed.get(price.id))),
      catalogue,
      catalogueOf: (priceKey) => catalogueOfferOf(priceKey, nowMs),
      isPublished: (priceKey) => book.newest(priceKey) !== undefined,
      nowMs,
    });
  };
}
