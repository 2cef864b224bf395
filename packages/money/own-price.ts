import { isUnit, type Unit, unitNames } from '#ai/units.ts';
import {
  type BandedPrices,
  type PriceBand,
  type PriceTerms,
  pricesFor,
  type UnitPrices,
  unitPrice,
} from './unit-prices.ts';
import { parseUsdPerMtok } from './usd-per-mtok.ts';

/** A price as an operator states it: decimal USD for a million of each unit. */
export interface StatedPrice extends StatedBands {
  readonly serviceTiers: readonly (StatedBands & { readonly serviceTier: string })[];
}

interface StatedBands {
  readonly prices: readonly StatedUnit[];
  readonly bands: readonly { readonly abovePromptTokens: number; readonly prices: readonly StatedUnit[] }[];
}

interface StatedUnit {
  readonly unit: string;
  readonly usdPerMillion: string;
}

/**
 * What a stated price is to bill by. A band has what is stated of it, and else what holds below it; a tier of service has what
 * is stated of it, and else the usual prices. Throws a RangeError where input has no price, or a number is not exact: nothing
 * is ever priced at zero for want of a price.
 */
export function readOwnPrice(stated: StatedPrice): PriceTerms {
  const prices = readUnits(stated.prices);
  if (prices.input === undefined) throw new RangeError('there is no price for input');
  const bands = readBands(stated.bands, prices);
  const names = new Set<string>();
  const serviceTiers = stated.serviceTiers.map(({ serviceTier, ...own }) => {
    if (serviceTier === '' || names.has(serviceTier)) {
      throw new RangeError(`tiers of service have different names: "${serviceTier}"`);
    }
    names.add(serviceTier);
    const ownPrices = readUnits(own.prices);
    const tierPrices = { ...prices, ...ownPrices };
    const ownBands = readBands(own.bands, tierPrices);
    return { serviceTier, prices: tierPrices, bands: tierBands({ prices: ownPrices, bands: ownBands }, bands) };
  });
  return { prices, bands, serviceTiers };
}

function readBands(stated: StatedBands['bands'], below: UnitPrices): PriceBand[] {
  const ascending = stated.toSorted((a, b) => a.abovePromptTokens - b.abovePromptTokens);
  return ascending.map(({ abovePromptTokens, prices }, at) => {
    if (abovePromptTokens < 1 || ascending[at - 1]?.abovePromptTokens === abovePromptTokens) {
      throw new RangeError(`bands begin above different numbers of prompt tokens, from 1 on: ${abovePromptTokens}`);
    }
    return { abovePromptTokens, prices: { ...below, ...readUnits(prices) } };
  });
}

/**
 * A tier's own bands, and the usual ones where it states none: there each unit that the tier has a price for costs the dearer of
 * that price and the usual band's, so that a dear tier is no cheaper above a threshold.
 */
function tierBands(own: BandedPrices, usual: readonly PriceBand[]): readonly PriceBand[] {
  const isOwn = new Set(own.bands.map(({ abovePromptTokens }) => abovePromptTokens));
  const others = usual
    .filter(({ abovePromptTokens }) => !isOwn.has(abovePromptTokens))
    .map(({ abovePromptTokens, prices }) => ({
      abovePromptTokens,
      prices: raised(prices, pricesFor(own, abovePromptTokens + 1)),
    }));
  return [...own.bands, ...others].toSorted((a, b) => a.abovePromptTokens - b.abovePromptTokens);
}

/** These prices, none of them below what `floor` says. */
function raised(prices: UnitPrices, floor: UnitPrices): UnitPrices {
  const dearer: Partial<Record<Unit, bigint>> = { ...prices };
  for (const unit of unitNames) {
    const [least, picoUsd] = [floor[unit], unitPrice(prices, unit)];
    if (least !== undefined && (picoUsd === undefined || picoUsd < least)) dearer[unit] = least;
    // Its own price, so that it does not rise with the unit it is priced as.
    else if (picoUsd !== undefined && least !== undefined) dearer[unit] = picoUsd;
  }
  return dearer;
}

function readUnits(stated: readonly StatedUnit[]): UnitPrices {
  const prices: Partial<Record<Unit, bigint>> = {};
  for (const { unit, usdPerMillion } of stated) {
    if (!isUnit(unit)) throw new RangeError(`there is no unit "${unit}"`);
    if (prices[unit] !== undefined) throw new RangeError(`the unit ${unit} is there twice`);
    prices[unit] = parseUsdPerMtok(usdPerMillion);
  }
  return prices;
}
