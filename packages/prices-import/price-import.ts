import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { PriceSchema, type ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { readOwnPrice } from '#money/own-price.ts';
import type { Registry } from '#registry/registry.ts';
import type { ImportedBand, ImportedPrice, PriceFile } from './imported-price.ts';
import { priceDifferences } from './price-differences.ts';
import { pricesInForce } from './prices-in-force.ts';
import { readGenaiPrices } from './read-genai-prices.ts';
import { readLiteLlm } from './read-litellm.ts';

/** Prices on their way into the log at a time: a commit takes many at once. */
const PUBLISHED_AT_ONCE = 32;
/** A file has some thousand rows that are no chat models: so many reasons are told, and then their number. */
const SKIPPED_SHOWN_MAX = 5_000;

type Request = AdminInput<'importPrices'>;

/**
 * Reads a price file, compares it with the prices in force, and publishes what differs where that is asked for. `set` makes a
 * price the operator's own. Rejects with a `Fault` where the text is no such file.
 */
export async function importPrices(
  { text, form, catalogues, publish }: Pick<Request, 'text' | 'form' | 'catalogues' | 'publish'>,
  {
    registry,
    nowMs,
    set,
  }: {
    readonly registry: Pick<Registry, 'get'>;
    readonly nowMs: number;
    readonly set: (resource: MessageInitShape<typeof ResourceSchema>) => Promise<unknown>;
  },
): Promise<AdminOutput<'importPrices'>> {
  const file = readFile(text, form, nowMs);
  const isAsked = (id: string): boolean => catalogues.length === 0 || catalogues.includes(id.slice(0, id.indexOf('/')));
  const inForce = pricesInForce(registry, nowMs);
  const asked = file.prices.filter(({ id }) => isAsked(id));
  const compared = asked.map((price) => ({
    price,
    differences: priceDifferences(price.id, inForce(price.id), readOwnPrice(price)),
  }));
  const changed = compared.filter(({ differences }) => differences.length > 0);
  if (publish) {
    for (let from = 0; from < changed.length; from += PUBLISHED_AT_ONCE) {
      const some = changed.slice(from, from + PUBLISHED_AT_ONCE);
      await Promise.all(some.map(({ price }) => set({ resource: { case: 'price', value: resourceOf(price) } })));
    }
  }
  return {
    differences: changed.flatMap(({ differences }) => [...differences]),
    unchanged: compared.length - changed.length,
    skipped: shown(file.skipped),
    published: publish ? changed.length : 0,
  };
}

function readFile(text: string, form: string, nowMs: number): PriceFile {
  try {
    return form === 'litellm' ? readLiteLlm(text) : readGenaiPrices(text, nowMs);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Fault({ code: 'invalid_request', message: `The file cannot be read: ${error.message}.`, param: 'text' });
  }
}

function resourceOf({ id, prices, bands, serviceTiers, contextTokens, outputTokensMax }: ImportedPrice) {
  return create(PriceSchema, {
    id,
    prices: [...prices],
    bands: bands.map(bandOf),
    serviceTiers: serviceTiers.map((tier) => ({
      serviceTier: tier.serviceTier,
      prices: [...tier.prices],
      bands: tier.bands.map(bandOf),
    })),
    contextTokens,
    outputTokensMax,
  });
}

function bandOf({ abovePromptTokens, prices }: ImportedBand) {
  return { abovePromptTokens, prices: [...prices] };
}

function shown(skipped: readonly string[]): string[] {
  if (skipped.length <= SKIPPED_SHOWN_MAX) return [...skipped];
  return [...skipped.slice(0, SKIPPED_SHOWN_MAX), `and ${skipped.length - SKIPPED_SHOWN_MAX} more`];
}
