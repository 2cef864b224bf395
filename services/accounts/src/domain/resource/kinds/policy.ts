import type { Price, UnitPrice } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { readOwnPrice } from '#money/own-price.ts';
import { isUsualTier } from '#money/service-tier.ts';
import type { KindRules } from '../kind-rules.ts';

export const modelRules: KindRules<'model'> = {
  settle: (next) => ({ ...next, status: next.status === '' ? 'active' : next.status }),
};

/** Aliases: the "*" of a name stands for the same characters in the models' names. */
export const aliasRules: KindRules<'alias'> = {
  problem({ id, models }) {
    const stars = starsOf(id);
    if (stars > 1) return invalid('\'id\' may hold one "*".', 'id');
    const index = models.findIndex((model) => starsOf(model) > stars);
    if (index === -1) return undefined;
    const param = `models[${index}]`;
    return invalid(`'${param}' may hold no more "*" than 'id'.`, param);
  },
};

/** Prices of models: each unit once, the bands one above the other, and each tier of service once. */
export const priceRules: KindRules<'price'> = {
  settle: (next, _before, { source }) => ({ ...next, source }),
  problem: (price) =>
    nameProblem(price) ??
    unitsProblem(price.prices, 'prices') ??
    bandsProblem(price.bands, 'bands') ??
    tiersProblem(price) ??
    wholeProblem(price),
};

function nameProblem({ id }: Price): Refusal | undefined {
  const slash = id.indexOf('/');
  return slash > 0 && slash < id.length - 1
    ? undefined
    : invalid('\'id\' must be <catalogue>/<model>, such as "openai/gpt-4o-mini".', 'id');
}

function unitsProblem(prices: readonly UnitPrice[], path: string): Refusal | undefined {
  const index = prices.findIndex(({ unit }, place) => prices.findIndex((other) => other.unit === unit) < place);
  if (index === -1) return undefined;
  const param = `${path}[${index}].unit`;
  return invalid(`'${param}' has a price already.`, param);
}

/** What a request can't be billed by is no price: nothing is ever free for want of a number. */
function wholeProblem(price: Price): Refusal | undefined {
  try {
    readOwnPrice(price);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return invalid(`'prices' can't be billed by: ${error.message}.`, 'prices');
    throw error;
  }
}

function bandsProblem(bands: Price['bands'], path: string): Refusal | undefined {
  for (const [index, { abovePromptTokens, prices }] of bands.entries()) {
    const param = `${path}[${index}].above_prompt_tokens`;
    if (abovePromptTokens <= (bands[index - 1]?.abovePromptTokens ?? 0)) {
      return invalid(`'${param}' must be more than the one before.`, param);
    }
    const problem = unitsProblem(prices, `${path}[${index}].prices`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A name of the usual tier would never be looked for: its prices are those of the price itself. */
function tiersProblem({ serviceTiers }: Price): Refusal | undefined {
  for (const [index, { serviceTier, prices, bands }] of serviceTiers.entries()) {
    const path = `service_tiers[${index}]`;
    const param = `${path}.service_tier`;
    if (isUsualTier(serviceTier))
      return invalid(`'${param}' must not be the usual tier: its prices are 'prices'.`, param);
    if (serviceTiers.findIndex((other) => other.serviceTier === serviceTier) < index) {
      return invalid(`'${param}' has prices already.`, param);
    }
    const problem = unitsProblem(prices, `${path}.prices`) ?? bandsProblem(bands, `${path}.bands`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function starsOf(name: string): number {
  return name.split('*').length - 1;
}
