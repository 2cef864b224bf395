import { isUnit } from '#ai/units.ts';
import { isNoUsage } from '#ai/usage.ts';
import type { EventBodies } from '#contracts/events.ts';
import { payerOf } from '#contracts/payer.ts';
import { houseCostLines } from '#money/house-cost.ts';
import { accounts, post } from '#money/posting.ts';
import { usageFromEvent } from '#money/quantities.ts';
import { type Rating, rate } from '#money/rate.ts';
import { decideHouseCosts, type PriceLookUp } from './house-costs.ts';

export type Admission = EventBodies['RequestAdmitted'];
export type RecordedUsage = EventBodies['UsageRecorded'];
export type Charge = EventBodies['ChargePosted'];

export interface ChargeCommand extends PriceLookUp {
  readonly admission: Admission;
  readonly usage: RecordedUsage;
  readonly postedAtMs: number;
}

/**
 * `charge`: the charge to post. `price-unknown`: the pinned version is not in the price book (yet). `unratable`: the
 * facts contradict each other, and no amount would be right. It never guesses.
 */
export type ChargeDecision =
  | { readonly kind: 'charge'; readonly charge: Charge }
  | { readonly kind: 'price-unknown'; readonly priceKey: string; readonly priceVersion: number }
  | { readonly kind: 'unratable'; readonly reason: string };

/**
 * Rates a usage with the price version that was pinned at admission for the candidate that answered. The user pays at
 * most the hold; the house pays the cost above it, and what failed attempts cost. A request that used nothing is charged
 * nothing, so that its hold ends like any other.
 */
export function decideCharge({ admission, usage, findPrice, readKeys, postedAtMs }: ChargeCommand): ChargeDecision {
  if (admission.requestId !== usage.requestId || admission.userId !== usage.userId) {
    return { kind: 'unratable', reason: `the usage is of another request or user than the admission` };
  }
  const pinned = admission.candidates.find(
    (candidate) => candidate.provider === usage.provider && candidate.model === usage.model,
  );
  const unknown = usage.quantities.find(({ unit }) => !isUnit(unit));
  if (unknown !== undefined) {
    return { kind: 'unratable', reason: `the usage has the unit "${unknown.unit}", which this version does not know` };
  }
  const house = decideHouseCosts(admission, usage, { findPrice, readKeys });
  if (house.kind !== 'costs') return house;
  const charged = (rating: Rating): ChargeDecision => {
    const charge = chargeOf(admission, usage, pinned, rating, postedAtMs);
    return { kind: 'charge', charge: withHouseCosts(charge, house.costs) };
  };
  const used = usageFromEvent(usage.quantities);
  if (isNoUsage(used)) return charged(noCost);
  if (pinned === undefined) {
    return { kind: 'unratable', reason: `"${usage.provider}/${usage.model}" answered, which was not admitted` };
  }
  const { priceKey, priceVersion } = pinned;
  const price = findPrice(priceKey, priceVersion);
  if (price === undefined) return { kind: 'price-unknown', priceKey, priceVersion };
  const { serviceTier } = usage;
  const { multiplierBasisPoints } = admission;
  return charged(rate(used, price, { serviceTier, multiplierBasisPoints }));
}

const noCost: Rating = { lines: [], totalNanoUsd: 0n, serviceTier: '', flags: [] };

function chargeOf(
  admission: Admission,
  usage: RecordedUsage,
  pinned: Admission['candidates'][number] | undefined,
  { lines, totalNanoUsd, serviceTier, flags }: Rating,
  postedAtMs: number,
): Charge {
  const holdNanoUsd = BigInt(admission.holdNanoUsd);
  const amountNanoUsd = totalNanoUsd < holdNanoUsd ? totalNanoUsd : holdNanoUsd;
  const overrunNanoUsd = totalNanoUsd - amountNanoUsd;
  return {
    requestId: admission.requestId,
    userId: admission.userId,
    keyId: admission.keyId,
    amountNanoUsd: String(amountNanoUsd),
    overrunNanoUsd: String(overrunNanoUsd),
    holdNanoUsd: admission.holdNanoUsd,
    priceKey: pinned?.priceKey ?? '',
    priceVersion: pinned?.priceVersion ?? 0,
    multiplierBasisPoints: admission.multiplierBasisPoints,
    lines: lines.map(({ unit, quantity, pricePicoUsd }) => ({ unit, quantity, pricePicoUsd: String(pricePicoUsd) })),
    postings: post([
      { account: accounts.payer(payerOf(admission)), amountNanoUsd: -amountNanoUsd },
      { account: accounts.revenue, amountNanoUsd: totalNanoUsd },
      { account: accounts.houseOverrun, amountNanoUsd: -overrunNanoUsd },
    ]),
    estimated: usage.estimated,
    postedAtMs: String(postedAtMs),
    payerKind: admission.payerKind,
    payerId: admission.payerId,
    provider: usage.provider,
    serviceTier,
    ratingFlags: [...flags],
    // Its metadata stays with the admission: nothing is counted by it.
    attribution: { ...admission.attribution, metadata: {} },
    houseCosts: [],
  };
}

/** The charge with what the house pays beside it: facts, and an entry between accounts of the house. */
function withHouseCosts(charge: Charge, costs: Charge['houseCosts']): Charge {
  const total = costs.reduce((sum, { amountNanoUsd }) => sum + BigInt(amountNanoUsd), 0n);
  const entry = post(houseCostLines(accounts.houseAttempts, total));
  return { ...charge, postings: [...charge.postings, ...entry], houseCosts: costs };
}
