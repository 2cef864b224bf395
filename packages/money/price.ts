import { isUnit, type Unit, unitNames } from '#ai/units.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { BandedPrices, PriceTerms, UnitPrices } from './unit-prices.ts';

/** One version of a model's price. */
export interface Price extends PriceTerms {
  /** <catalogue>/<model>. */
  readonly priceKey: string;
  /** From 1. */
  readonly version: number;
  /** The most that the model can take and give; 0 if not known. */
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

type Published = EventBodies['PricePublished'];

/** A published price; `version` is the event's version in its stream. */
export function priceFromEvent(data: Published, version: number): Price {
  return {
    priceKey: data.priceKey,
    version,
    ...bandedFromEvent(data),
    serviceTiers: data.serviceTiers.map((tier) => ({ serviceTier: tier.serviceTier, ...bandedFromEvent(tier) })),
    contextTokens: data.contextTokens,
    outputTokensMax: data.outputTokensMax,
  };
}

/** The prices as they stand in an event. */
export function termsToEvent(terms: PriceTerms): Pick<Published, 'prices' | 'bands' | 'serviceTiers'> {
  return {
    ...bandedToEvent(terms),
    serviceTiers: terms.serviceTiers.map((tier) => ({ serviceTier: tier.serviceTier, ...bandedToEvent(tier) })),
  };
}

function bandedFromEvent({ prices, bands }: Pick<Published, 'prices' | 'bands'>): BandedPrices {
  return {
    prices: pricesFromEvent(prices),
    bands: bands.map((band) => ({
      abovePromptTokens: band.abovePromptTokens,
      prices: pricesFromEvent(band.prices),
    })),
  };
}

function bandedToEvent({ prices, bands }: BandedPrices): Pick<Published, 'prices' | 'bands'> {
  return {
    prices: pricesToEvent(prices),
    bands: bands.map((band) => ({ abovePromptTokens: band.abovePromptTokens, prices: pricesToEvent(band.prices) })),
  };
}

function pricesToEvent(prices: UnitPrices): Published['prices'] {
  return unitNames.flatMap((unit) => {
    const picoUsd = prices[unit];
    return picoUsd === undefined ? [] : [{ unit, picoUsd: String(picoUsd) }];
  });
}

/** A unit that this version does not know cannot be used by it either, and so its price is passed over. */
function pricesFromEvent(list: Published['prices']): UnitPrices {
  const prices: Partial<Record<Unit, bigint>> = {};
  for (const { unit, picoUsd } of list) if (isUnit(unit)) prices[unit] = BigInt(picoUsd);
  return prices;
}
