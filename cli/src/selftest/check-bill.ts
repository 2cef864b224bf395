import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import { chargeArithmetic } from '#audit/explain/charge-arithmetic.ts';
import { parseEvent } from '#audit/parse-event.ts';
import { sumsByAccount } from '#audit/posting-sums.ts';
import type { PublishedPrices } from '#audit/published-prices.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { usageFromEvent } from '#money/quantities.ts';
import { rate } from '#money/rate.ts';

/** What a client knows of its request. */
export interface ClientView {
  readonly userId: string;
  readonly keyId: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface Bill {
  readonly amountNanoUsd: bigint;
  readonly priceKey: string;
  /** Empty: the bill is right. */
  readonly problems: readonly string[];
}

/** The charge in a request's events; undefined: none is posted yet. */
export function chargeIn(events: readonly StoredEvent[]): EventBodies['ChargePosted'] | undefined {
  return bodyIn(events, 'ChargePosted');
}

/** Works a charge out anew: from its lines, from the usage and the published price, and from what the client was told. */
export function checkBill(events: readonly StoredEvent[], prices: PublishedPrices, client: ClientView): Bill {
  const charge = chargeIn(events);
  const usage = bodyIn(events, 'UsageRecorded');
  if (charge === undefined || usage === undefined) {
    return { amountNanoUsd: 0n, priceKey: '', problems: ['there is no usage and charge in the log'] };
  }
  const used = usageFromEvent(usage.quantities);
  const problems: string[] = [];
  const same = (what: string, expected: unknown, found: unknown): void => {
    if (expected !== found) problems.push(`${what} is ${found}, expected ${expected}`);
  };
  const amountNanoUsd = BigInt(charge.amountNanoUsd);
  const total = amountNanoUsd + BigInt(charge.overrunNanoUsd);
  same('the amount by the lines of the charge', total, chargeArithmetic(charge).roundedNanoUsd);
  const price = prices.find(charge.priceKey, charge.priceVersion);
  const name = `${charge.priceKey} version ${charge.priceVersion}`;
  if (price === undefined) problems.push(`the price ${name} is not in the log`);
  else {
    const { multiplierBasisPoints } = charge;
    const served = { serviceTier: usage.serviceTier, multiplierBasisPoints };
    same(`the amount by the price ${name}`, total, rate(used, price, served).totalNanoUsd);
  }
  const sums = [...sumsByAccount(charge.postings).values()];
  same(
    'the sum of the postings',
    0n,
    sums.reduce((sum, amount) => sum + amount, 0n),
  );
  same('the user of the charge', client.userId, charge.userId);
  same('the key of the charge', client.keyId, charge.keyId);
  same('the number of prompt tokens', client.promptTokens, promptTokensOf(used));
  same('the number of completion tokens', client.completionTokens, answerTokensOf(used));
  return { amountNanoUsd, priceKey: charge.priceKey, problems };
}

function bodyIn<T extends 'ChargePosted' | 'UsageRecorded'>(
  events: readonly StoredEvent[],
  type: T,
): EventBodies[T] | undefined {
  const stored = events.find((event) => event.type === type);
  const parsed = stored && parseEvent(stored);
  return parsed?.kind === 'conforms' ? (parsed.event.data as EventBodies[T]) : undefined;
}
