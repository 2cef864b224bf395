import type { Price, Provider } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { PICO_PER_NANO } from '#money/nano-usd.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';
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
  /** As clients name them. */
  readonly models: readonly string[];
  readonly prices: readonly Pick<Price, 'id' | 'prices'>[];
  readonly providers: readonly Pick<Provider, 'id' | 'catalogue' | 'status'>[];
}

/** How the providers are called that the gateway makes of the simulator. */
const SIMULATOR = /^simulator(-|$)/;

const OUTPUT_UNITS: readonly string[] = ['output', 'reasoning'];

/** The cheapest model that has a price, or the one that is asked for; undefined: there is none. */
export function chooseModel(offer: Offer, wanted: string | undefined): Choice | undefined {
  const active = offer.providers.filter(({ status }) => status !== 'disabled');
  const isSimulated = active.length > 0 && active.every(({ id }) => SIMULATOR.test(id));
  if (wanted !== undefined) return { model: wanted, requestNanoUsdMax: costMax(offer, wanted), isSimulated };
  let cheapest: Choice | undefined;
  for (const model of offer.models) {
    const requestNanoUsdMax = costMax(offer, model);
    if (requestNanoUsdMax === undefined) continue;
    if (cheapest?.requestNanoUsdMax !== undefined && cheapest.requestNanoUsdMax <= requestNanoUsdMax) continue;
    cheapest = { model, requestNanoUsdMax, isSimulated };
  }
  return cheapest;
}

/** By the dearest price of the model at any provider, since any of them may answer. */
function costMax({ prices, providers }: Offer, model: string): bigint | undefined {
  const catalogues = new Set(providers.map(({ id, catalogue }) => (catalogue === '' ? id : catalogue)));
  const [first, ...others] = prices
    .filter(({ id }) => catalogues.has(id.slice(0, id.indexOf('/'))) && id.slice(id.indexOf('/') + 1) === model)
    .map(costByPrice);
  return first === undefined ? undefined : others.reduce(larger, first);
}

function costByPrice({ prices }: Pick<Price, 'prices'>): bigint {
  const dearest = (isOutput: boolean): bigint =>
    prices
      .filter(({ unit }) => OUTPUT_UNITS.includes(unit) === isOutput)
      .map(({ usdPerMillion }) => parseUsdPerMtok(usdPerMillion))
      .reduce(larger, 0n);
  const picoUsd = BigInt(PROMPT_TOKENS_MAX) * dearest(false) + BigInt(OUTPUT_TOKENS_MAX) * dearest(true);
  return (picoUsd + PICO_PER_NANO - 1n) / PICO_PER_NANO;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
