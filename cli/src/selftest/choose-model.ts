import { costBound } from '#money/cost-bound.ts';
import type { Price } from '#money/price.ts';
import { BASIS_POINTS } from '#money/rate.ts';
import { textReach } from '#money/reach.ts';
import { OUTPUT_TOKENS_MAX, PROMPT_TOKENS_MAX } from './requests.ts';

/** A model to test with. */
export interface Choice {
  readonly model: string;
  /** What one request can cost at most by the dearest of its prices; undefined: no price of it is known. */
  readonly requestNanoUsdMax: bigint | undefined;
  /** Only the simulator answers, which costs nobody anything. */
  readonly isSimulated: boolean;
}

export interface Offer {
  /** As GET /v1/models lists them: the name, and the provider that is asked first. */
  readonly models: readonly { readonly id: string; readonly ownedBy: string }[];
  readonly providers: readonly { readonly id: string; readonly catalogue: string; readonly status: string }[];
  /** The price in force; undefined: there is none. */
  readonly priceOf: (priceKey: string) => Promise<Price | undefined>;
}

/** How the providers are called that the gateway makes of the simulator. */
const SIMULATOR = /^simulator-/;
/** Prices are looked up so many at once: one at a time, hundreds of models take seconds. */
const LOOKUPS = 16;

/** The cheapest model that has a price, or the one that is asked for; undefined: there is none. */
export async function chooseModel(offer: Offer, wanted: string | undefined): Promise<Choice | undefined> {
  const active = offer.providers.filter(({ status }) => status !== 'disabled').map(({ id }) => id);
  const owners = new Set([...active, ...offer.models.map(({ ownedBy }) => ownedBy)]);
  const isSimulated = owners.size > 0 && [...owners].every((id) => SIMULATOR.test(id));
  const model = wanted ?? (await cheapest(offer));
  if (model === undefined) return undefined;
  // Any provider that has the model may answer, so the dearest price counts.
  const catalogues = new Set([...owners].map((id) => catalogueOf(offer, id)));
  const prices = await Promise.all([...catalogues].map((catalogue) => offer.priceOf(`${catalogue}/${model}`)));
  const [first, ...others] = prices.flatMap((price) => (price === undefined ? [] : requestCost(price)));
  const requestNanoUsdMax = first && others.reduce(larger, first);
  return { model, requestNanoUsdMax, isSimulated };
}

async function cheapest(offer: Offer): Promise<string | undefined> {
  let found: { readonly id: string; readonly cost: bigint } | undefined;
  for (let next = 0; next < offer.models.length; next += LOOKUPS) {
    const some = offer.models.slice(next, next + LOOKUPS);
    const prices = await Promise.all(some.map((model) => offer.priceOf(priceKeyOf(offer, model))));
    for (const [index, price] of prices.entries()) {
      const id = some[index]?.id;
      // Models without a price for output, such as those for embeddings, complete nothing.
      if (id === undefined || price === undefined || isOutputFree(price)) continue;
      const cost = requestCost(price);
      if (found === undefined || cost < found.cost) found = { id, cost };
    }
  }
  return found?.id;
}

function priceKeyOf(offer: Offer, { id, ownedBy }: Offer['models'][number]): string {
  return `${catalogueOf(offer, ownedBy)}/${id}`;
}

function catalogueOf({ providers }: Offer, providerId: string): string {
  const { catalogue = '' } = providers.find(({ id }) => id === providerId) ?? {};
  return catalogue === '' ? providerId.replace(SIMULATOR, '') : catalogue;
}

function requestCost(price: Price): bigint {
  const bounds = { promptTokensBound: PROMPT_TOKENS_MAX, outputTokensBound: OUTPUT_TOKENS_MAX };
  return costBound({ ...bounds, ...textReach, price, multiplierBasisPoints: Number(BASIS_POINTS) });
}

function isOutputFree({ prices }: Price): boolean {
  return (prices.output ?? 0n) === 0n && (prices.reasoning ?? 0n) === 0n;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
