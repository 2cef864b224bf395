import { isNoUsage, promptTokensOf } from '#ai/usage.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { usageFromEvent } from '#money/quantities.ts';
import { rate } from '#money/rate.ts';
import { tierPrices } from '#money/service-tier.ts';
import type { LimitSums, ReservationBody } from '../limit-sums.ts';
import type { PublishedPrices } from '../published-prices.ts';
import { type ChargeArithmetic, chargeArithmetic } from './charge-arithmetic.ts';
import { explainRouting } from './explain-routing.ts';
import type {
  ExplainedAdmission,
  ExplainedCharge,
  ExplainedExpiry,
  ExplainedPrice,
  ExplainedReservation,
  ExplainedUsage,
  Money,
} from './explanation.ts';
import { holdBounds } from './hold-arithmetic.ts';

/** Explains an admission, with the price book, the payer's money and the limits of that moment. */
export function explainAdmission(
  { position, data }: RecordedEvent<'RequestAdmitted'>,
  prices: PublishedPrices,
  money: { readonly before: Money; readonly after: Money },
  limits: LimitSums,
): ExplainedAdmission {
  return {
    position,
    admittedAtMs: Number(data.admittedAtMs),
    expiresAtMs: Number(data.expiresAtMs),
    model: data.model,
    stream: data.stream,
    multiplierBasisPoints: data.multiplierBasisPoints,
    routing: explainRouting(data),
    holdNanoUsd: BigInt(data.holdNanoUsd),
    bounds: holdBounds(data, prices),
    ...money,
    limits: data.reservations.map((reservation) => explainReservation(reservation, limits)),
  };
}

/** With how the limit's window stood before. */
function explainReservation(reservation: ReservationBody, limits: LimitSums): ExplainedReservation {
  const { limitId, unit, kind, provider, windowStartMs, amount } = reservation;
  const { used, held } = limits.of(reservation);
  return {
    limitId,
    unit,
    kind,
    provider,
    windowStartMs: Number(windowStartMs),
    amount: BigInt(amount),
    usedBefore: used,
    heldBefore: held,
  };
}

export function explainUsage({ position, data }: RecordedEvent<'UsageRecorded'>): ExplainedUsage {
  return {
    position,
    recordedAtMs: Number(data.recordedAtMs),
    outcome: data.outcome,
    provider: data.provider,
    model: data.model,
    used: usageFromEvent(data.quantities),
    serviceTier: data.serviceTier,
    usageFlags: data.usageFlags,
    estimated: data.estimated,
    estimatePolicy: data.estimatePolicy,
    attempts: data.attempts,
    houseLosses: data.houseLosses.map(({ attempt, quantities, estimated }) => ({
      attempt,
      used: usageFromEvent(quantities),
      estimated,
    })),
    firstByteMs: data.firstByteMs,
    durationMs: data.durationMs,
  };
}

/** Explains how a charge's amount was calculated, and whether it recomputes. */
export function explainCharge(
  { position, data }: RecordedEvent<'ChargePosted'>,
  prices: PublishedPrices,
  usage: ExplainedUsage | null,
  money: { readonly before: Money; readonly after: Money },
): ExplainedCharge {
  const arithmetic = chargeArithmetic(data);
  const amountNanoUsd = BigInt(data.amountNanoUsd);
  const overrunNanoUsd = BigInt(data.overrunNanoUsd);
  return {
    position,
    postedAtMs: Number(data.postedAtMs),
    price: explainPrice(data, prices, usage),
    arithmetic,
    amountNanoUsd,
    overrunNanoUsd,
    releasedNanoUsd: BigInt(data.holdNanoUsd) - amountNanoUsd,
    isRecomputed: isRecomputed(data, prices, usage, arithmetic),
    ratingFlags: data.ratingFlags,
    estimated: data.estimated,
    houseCosts: data.houseCosts.map(({ attempt, amountNanoUsd: cost, estimated }) => ({
      attempt,
      amountNanoUsd: BigInt(cost),
      estimated,
    })),
    postings: data.postings,
    ...money,
  };
}

export function explainExpiry({ position, data }: RecordedEvent<'HoldExpired'>, after: Money): ExplainedExpiry {
  return {
    position,
    expiredAtMs: Number(data.expiredAtMs),
    reason: data.reason,
    releasedNanoUsd: BigInt(data.holdNanoUsd),
    after,
  };
}

/** Whether both the charge's own lines and the usage rated anew by the log's price give amount + overrun. */
function isRecomputed(
  charge: EventBodies['ChargePosted'],
  prices: PublishedPrices,
  usage: ExplainedUsage | null,
  { roundedNanoUsd }: ChargeArithmetic,
): boolean {
  if (roundedNanoUsd !== BigInt(charge.amountNanoUsd) + BigInt(charge.overrunNanoUsd) || usage === null) return false;
  if (isNoUsage(usage.used)) return roundedNanoUsd === 0n;
  const price = prices.find(charge.priceKey, charge.priceVersion);
  if (price === undefined) return false;
  const { serviceTier } = usage;
  const { multiplierBasisPoints } = charge;
  return rate(usage.used, price, { serviceTier, multiplierBasisPoints }).totalNanoUsd === roundedNanoUsd;
}

function explainPrice(
  { priceKey, priceVersion, serviceTier }: EventBodies['ChargePosted'],
  prices: PublishedPrices,
  usage: ExplainedUsage | null,
): ExplainedPrice | null {
  const price = prices.find(priceKey, priceVersion);
  if (price === undefined) return null;
  const tokens = usage === null ? 0 : promptTokensOf(usage.used);
  const { bands } = tierPrices(price, serviceTier) ?? price;
  const band = bands.findLast(({ abovePromptTokens }) => tokens > abovePromptTokens);
  const { version, position, publishedAtMs, source } = price;
  const abovePromptTokens = band?.abovePromptTokens ?? null;
  return { priceKey, version, position, publishedAtMs, source, serviceTier, abovePromptTokens };
}
