import type { EventBodies } from '#contracts/events.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { houseCostLines, rateHouseCost } from '#money/house-cost.ts';
import { accounts } from '#money/posting.ts';
import { usageFromEvent } from '#money/quantities.ts';
import { type Invariant, type Tally, violationAt } from '../invariant.ts';
import { sumsByAccount } from '../posting-sums.ts';
import { createPublishedPrices, type PublishedPrices } from '../published-prices.ts';
import { createUnfinishedRequests } from '../unfinished-requests.ts';

/**
 * Recomputes what failed attempts and copies of requests cost the house. Remembers the requests that may have a copy until
 * the copy is on record, and the copy until its cost is.
 */
export const houseCostsRecompute: Invariant = {
  id: 'I20',
  title: 'every cost of the house follows from its usage and its pinned price, and touches no payer',
  start: (tally) => {
    const requests = createUnfinishedRequests();
    const prices = createPublishedPrices();
    const targets = new Map<string, EventBodies['RequestAdmitted']['shadows']>();
    const recorded = new Map<string, EventBodies['ShadowRecorded']>();
    return {
      onEvent: (event) => {
        prices.apply(event);
        const request = requests.apply(event);
        if (event.type === 'RequestAdmitted' && event.data.shadows.length > 0) {
          targets.set(event.data.requestId, event.data.shadows);
        }
        if (event.type === 'ChargePosted' && saysHouseCosts(event)) {
          tally.count();
          const { admitted, usage } = request ?? { admitted: undefined, usage: undefined };
          // What is missing is I12's to tell.
          if (admitted !== undefined && usage !== undefined)
            checkAttempts(tally, event, admitted.data, usage.data, prices);
        }
        if (event.type === 'ShadowRecorded') {
          tally.count();
          const { requestId } = event.data;
          checkTarget(tally, event, targets.get(requestId) ?? []);
          targets.delete(requestId);
          recorded.set(requestId, event.data);
        }
        if (event.type === 'ShadowCostPosted') {
          tally.count();
          checkShadow(tally, event, recorded.get(event.data.requestId), prices);
          recorded.delete(event.data.requestId);
        }
      },
    };
  },
};

type HouseCost = EventBodies['ChargePosted']['houseCosts'][number];
type Call = Pick<EventBodies['ShadowRecorded'], 'quantities' | 'serviceTier' | 'estimated'> & {
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly pinned: { readonly priceKey: string; readonly priceVersion: number } | undefined;
};

/** Charges of earlier versions do not have the field, whatever attempts cost. */
function saysHouseCosts({ body }: RecordedEvent): boolean {
  return body.includes('"houseCosts":');
}

function checkAttempts(
  tally: Tally,
  charge: RecordedEvent<'ChargePosted'>,
  { candidates }: EventBodies['RequestAdmitted'],
  { attempts, houseLosses }: EventBodies['UsageRecorded'],
  prices: PublishedPrices,
): void {
  const expected = houseLosses.map(({ attempt, ...loss }) => {
    const { provider, model } = attempts[attempt] ?? { provider: '', model: '' };
    const pinned = candidates.find((each) => each.provider === provider && each.model === model);
    return costText({ attempt, provider, model, pinned, ...loss }, prices);
  });
  same(tally, charge, 'the costs of failed attempts', expected, charge.data.houseCosts.map(foundText));
}

function checkTarget(
  tally: Tally,
  shadow: RecordedEvent<'ShadowRecorded'>,
  targets: EventBodies['RequestAdmitted']['shadows'],
): void {
  const textOf = ({ provider, model, priceKey, priceVersion }: (typeof targets)[number]): string =>
    `${provider}/${model} at ${priceKey} version ${priceVersion}`;
  const found = textOf(shadow.data.candidate);
  if (targets.some((target) => textOf(target) === found)) return;
  tally.violate(
    violationAt(shadow, `a shadow of the admission (${targets.map(textOf).join(' or ') || 'none'})`, found),
  );
}

function checkShadow(
  tally: Tally,
  posted: RecordedEvent<'ShadowCostPosted'>,
  shadow: EventBodies['ShadowRecorded'] | undefined,
  prices: PublishedPrices,
): void {
  if (shadow === undefined) {
    tally.violate(violationAt(posted, 'ShadowRecorded before the cost', 'none'));
    return;
  }
  const { cost, routeId, answeredProvider, answeredModel, postings } = posted.data;
  const { provider, model } = shadow.candidate;
  const call = { attempt: 0, provider, model, pinned: shadow.candidate, ...shadow };
  same(tally, posted, 'the cost of the copy', [costText(call, prices)], [foundText(cost)]);
  const answered = [shadow.routeId, shadow.answer.provider, shadow.answer.model];
  same(tally, posted, 'route and answer', answered, [routeId, answeredProvider, answeredModel]);
  const lines = houseCostLines(accounts.houseShadow, BigInt(cost.amountNanoUsd));
  const due = new Map(lines.map(({ account, amountNanoUsd }) => [account, amountNanoUsd]));
  const sums = sumsByAccount(postings);
  for (const account of new Set([...due.keys(), ...sums.keys()])) {
    const [expected, found] = [due.get(account) ?? 0n, sums.get(account) ?? 0n];
    if (found !== expected) tally.violate(violationAt(posted, `${expected} nano-USD posted to ${account}`, `${found}`));
  }
}

/** A cost as it should be, in one line; without a price, that there is none. */
function costText(
  { attempt, provider, model, pinned, quantities, serviceTier, estimated }: Call,
  prices: PublishedPrices,
): string {
  const { priceKey, priceVersion } = pinned ?? { priceKey: '', priceVersion: 0 };
  const cost = { attempt, provider, model, priceKey, priceVersion, estimated };
  if (pinned === undefined || quantities.length === 0) return foundText({ ...cost, lines: [], amountNanoUsd: '0' });
  const price = prices.find(priceKey, priceVersion);
  if (price === undefined) return `the price ${priceKey} version ${priceVersion} in the log`;
  const { lines, totalNanoUsd } = rateHouseCost(usageFromEvent(quantities), price, serviceTier);
  const written = lines.map(({ pricePicoUsd, ...line }) => ({ ...line, pricePicoUsd: String(pricePicoUsd) }));
  return foundText({ ...cost, lines: written, amountNanoUsd: String(totalNanoUsd) });
}

function foundText({
  attempt,
  provider,
  model,
  priceKey,
  priceVersion,
  lines,
  amountNanoUsd,
  estimated,
}: HouseCost): string {
  const units = lines.map(({ unit, quantity, pricePicoUsd }) => `${unit} ${quantity} x ${pricePicoUsd}`).join(' + ');
  const price = `${priceKey} version ${priceVersion}`;
  return `${amountNanoUsd} nano-USD = ${units || 'nothing'} of ${price}, attempt ${attempt} at ${provider}/${model}${estimated ? ', estimated' : ''}`;
}

function same(
  tally: Tally,
  event: RecordedEvent,
  what: string,
  expected: readonly string[],
  found: readonly string[],
): void {
  const [due, is] = [expected.join('; '), found.join('; ')];
  if (due !== is) tally.violate(violationAt(event, `${what}: ${due || 'none'}`, is || 'none'));
}
