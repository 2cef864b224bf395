import { parseEvent } from '#audit/parse-event.ts';
import { createPublishedPrices, type PublishedPrices } from '#audit/published-prices.ts';
import { streams } from '#contracts/streams.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import type { LogReader } from './log-reader.ts';

/** Every version of a price, as the log has it. */
export async function pricesOf(log: LogReader, priceKey: string): Promise<PublishedPrices> {
  const prices = createPublishedPrices();
  for (const stored of await log.stream(streams.price(priceKey))) {
    const parsed = parseEvent(stored);
    if (parsed.kind === 'conforms') prices.apply(parsed.event);
  }
  return prices;
}

/** The version of a price that holds now; undefined: there is none. */
export async function priceInForce(log: LogReader, priceKey: string, nowMs: number): Promise<Price | undefined> {
  const stored = await log.stream(streams.price(priceKey));
  const published = stored.flatMap((event) => {
    const parsed = parseEvent(event);
    return parsed.kind === 'conforms' && parsed.event.type === 'PricePublished' ? [parsed.event] : [];
  });
  const last = published.findLast(({ data }) => Number(data.effectiveAtMs) <= nowMs);
  return last && priceFromEvent(last.data, last.version);
}
