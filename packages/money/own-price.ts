import type { Price } from './price.ts';
import { completeUnitPrices, type StatedUnitPrices, type UnitPrices } from './unit-prices.ts';
import { parseUsdPerMtok } from './usd-per-mtok.ts';

/** A price as an operator states it: decimal USD for a million units. */
export interface StatedPrice {
  readonly prices: readonly StatedUnit[];
  readonly bands: readonly { readonly abovePromptTokens: number; readonly prices: readonly StatedUnit[] }[];
}

interface StatedUnit {
  readonly unit: string;
  readonly usdPerMillion: string;
}

/** The units of a price, and what each is where money is reckoned. */
export const priceUnits = {
  input: 'inputPicoUsd',
  cached_input: 'cachedInputPicoUsd',
  cache_write: 'cacheWritePicoUsd',
  cache_write_1h: 'cacheWrite1hPicoUsd',
  output: 'outputPicoUsd',
  reasoning: 'reasoningPicoUsd',
} as const satisfies Record<string, keyof UnitPrices>;

export type PriceUnit = keyof typeof priceUnits;

/**
 * What a stated price is to bill by. A kind of token that is not stated costs what it is a kind of; a band has what is stated of
 * it, and else what holds below it. Throws a RangeError where input or output is missing, or a number is not exact: nothing is
 * ever priced at zero for want of a price.
 */
export function readOwnPrice({ prices, bands }: StatedPrice): Pick<Price, 'unitPrices' | 'tiers'> {
  const stated = readUnits(prices);
  const ascending = bands.toSorted((a, b) => a.abovePromptTokens - b.abovePromptTokens);
  for (const [at, { abovePromptTokens }] of ascending.entries()) {
    if (abovePromptTokens < 1 || ascending[at - 1]?.abovePromptTokens === abovePromptTokens) {
      throw new RangeError(`bands begin above different numbers of prompt tokens, from 1 on: ${abovePromptTokens}`);
    }
  }
  return {
    unitPrices: complete(stated),
    tiers: ascending.map((band) => ({
      abovePromptTokens: band.abovePromptTokens,
      unitPrices: complete({ ...stated, ...readUnits(band.prices) }),
    })),
  };
}

type Stated = Partial<Record<keyof UnitPrices, bigint>>;

function readUnits(units: readonly StatedUnit[]): Stated {
  const stated: Stated = {};
  for (const { unit, usdPerMillion } of units) {
    if (!isPriceUnit(unit)) throw new RangeError(`there is no unit "${unit}"`);
    const field = priceUnits[unit];
    if (stated[field] !== undefined) throw new RangeError(`the unit ${unit} is there twice`);
    stated[field] = parseUsdPerMtok(usdPerMillion);
  }
  return stated;
}

export function isPriceUnit(text: string): text is PriceUnit {
  return Object.hasOwn(priceUnits, text);
}

function complete(stated: Stated): UnitPrices {
  const { inputPicoUsd, outputPicoUsd } = stated;
  if (inputPicoUsd === undefined) throw new RangeError('there is no price for input');
  if (outputPicoUsd === undefined) throw new RangeError('there is no price for output');
  const known: StatedUnitPrices = { ...stated, inputPicoUsd, outputPicoUsd };
  return completeUnitPrices(known);
}
