import { type Unit, unitNames, units } from '#ai/units.ts';
import { noUsage, type Usage } from '#ai/usage.ts';
import { PICO_PER_NANO } from './nano-usd.ts';
import { BASIS_POINTS } from './rate.ts';
import { type Reach, textUnits, tokenUnitsOf } from './reach.ts';
import { isTierUnpriced, reachableTiers } from './service-tier.ts';
import { type BandedPrices, type PriceTerms, type UnitPrices, unitPrice } from './unit-prices.ts';

/** The most tokens that an event can count (uint32). A price of zero could pay for that many. */
export const TOKENS_MAX = 2 ** 32 - 1;

/** 1 nano-USD of the total in the unit of the sums below: pico-USD times basis points. */
const SCALE = BASIS_POINTS * PICO_PER_NANO;

/** A request, before its answer. */
export interface BoundedRequest extends Reach {
  readonly promptTokensBound: number;
  readonly price: PriceTerms;
  readonly multiplierBasisPoints: number;
}

/**
 * The most a request can cost in nano-USD, rounded up. No usage with at most so many prompt and output tokens and counts, of the
 * units that it may use, is rated higher. Tokens count at the dearest price of their side, in the dearest band and tier that
 * the request reaches.
 */
export function costBound(request: BoundedRequest & { readonly outputTokensBound: number }): bigint {
  let dearestPicoUsd = 0n;
  for (const prices of reachablePrices(request)) {
    const dearest = dearestOf(prices, request);
    const picoUsd = beforeAnswer(request, dearest, prices) + BigInt(request.outputTokensBound) * dearest.answer;
    if (picoUsd > dearestPicoUsd) dearestPicoUsd = picoUsd;
  }
  return (dearestPicoUsd * BigInt(request.multiplierBasisPoints) + SCALE - 1n) / SCALE;
}

/** Whether no request can cost anything at this price. */
export function isFree(terms: PriceTerms): boolean {
  return allPrices([terms, ...terms.serviceTiers], Number.POSITIVE_INFINITY).every((prices) =>
    Object.values(prices).every((picoUsd) => picoUsd === 0n),
  );
}

/**
 * The most output tokens for which `costBound` stays within the available money, at most `TOKENS_MAX`. 0: the money
 * pays for the prompt alone. -1: the money does not pay for the prompt.
 */
export function outputTokensPayable(request: BoundedRequest & { readonly availableNanoUsd: bigint }): number {
  const multiplier = BigInt(request.multiplierBasisPoints);
  let payable = BigInt(TOKENS_MAX);
  for (const prices of reachablePrices(request)) {
    const dearest = dearestOf(prices, request);
    const left = request.availableNanoUsd * SCALE - beforeAnswer(request, dearest, prices) * multiplier;
    if (left < 0n) return -1;
    const outputCost = dearest.answer * multiplier;
    if (outputCost > 0n && left / outputCost < payable) payable = left / outputCost;
  }
  return Number(payable);
}

/** What a request may use and no price is stated for: a unit, or `service_tier`; undefined: it can be priced. */
export function unpricedIn(
  request: Pick<BoundedRequest, 'promptTokensBound' | 'price' | keyof Reach> & { readonly hasOutput: boolean },
): Unit | 'service_tier' | undefined {
  if (isTierUnpriced(request.price, request.serviceTier)) return 'service_tier';
  for (const prices of reachablePrices(request)) {
    const unit = unpricedAt(prices, request);
    if (unit !== undefined) return unit;
  }
  return undefined;
}

function unpricedAt(
  prices: UnitPrices,
  { otherUnits, counts, hasOutput }: Reach & { readonly hasOutput: boolean },
): Unit | undefined {
  if (prices.input === undefined) return 'input';
  if (hasOutput && prices.output === undefined) return 'output';
  for (const unit of otherUnits) if (unitPrice(prices, unit) === undefined) return unit;
  return countedIn(counts).find((unit) => unitPrice(prices, unit) === undefined);
}

/** The highest price that a token of each side can have. */
interface Dearest {
  readonly prompt: bigint;
  readonly answer: bigint;
}

/** Of requests for text alone: they are nearly all, and a price is asked for with each. */
const dearestOfText = new WeakMap<UnitPrices, Dearest>();

function dearestOf(prices: UnitPrices, { otherUnits }: Pick<Reach, 'otherUnits'>): Dearest {
  if (otherUnits.length > 0) return dearestAmong(prices, tokenUnitsOf({ otherUnits }));
  let dearest = dearestOfText.get(prices);
  if (dearest === undefined) {
    dearest = dearestAmong(prices, textUnits);
    dearestOfText.set(prices, dearest);
  }
  return dearest;
}

function dearestAmong(prices: UnitPrices, among: readonly Unit[]): Dearest {
  const dearest = { prompt: 0n, answer: 0n, count: 0n };
  for (const unit of among) {
    const picoUsd = unitPrice(prices, unit) ?? 0n;
    const { side } = units[unit];
    if (picoUsd > dearest[side]) dearest[side] = picoUsd;
  }
  return dearest;
}

const countUnits = unitNames.filter((unit) => units[unit].side === 'count');

/** The units that are counted one by one, of these; nearly always none. */
function countedIn(counts: Usage): readonly Unit[] {
  return counts === noUsage ? [] : countUnits.filter((unit) => (counts[unit] ?? 0) > 0);
}

/** Pico-USD of the prompt and of all that is counted one by one. */
function beforeAnswer({ promptTokensBound, counts }: BoundedRequest, { prompt }: Dearest, prices: UnitPrices): bigint {
  let picoUsd = BigInt(promptTokensBound) * prompt;
  // A price by the request counts each as one.
  if (prices.request !== undefined && (counts.request ?? 0) === 0) picoUsd += prices.request;
  for (const unit of countedIn(counts)) picoUsd += BigInt(counts[unit] ?? 0) * (prices[unit] ?? 0n);
  return picoUsd;
}

/** The prices of every band and tier that a request may fall in. */
function reachablePrices({
  price,
  serviceTier,
  promptTokensBound,
}: Pick<BoundedRequest, 'price' | 'serviceTier' | 'promptTokensBound'>): readonly UnitPrices[] {
  return allPrices(reachableTiers(price, serviceTier), promptTokensBound);
}

/** A loop, since each admission asks some ten times. */
function allPrices(tiers: readonly BandedPrices[], promptTokensBound: number): readonly UnitPrices[] {
  const all: UnitPrices[] = [];
  for (const { prices, bands } of tiers) {
    all.push(prices);
    for (const band of bands) if (band.abovePromptTokens < promptTokensBound) all.push(band.prices);
  }
  return all;
}
