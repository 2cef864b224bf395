import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { pricesInForce } from '#prices-import/prices-in-force.ts';
import { type KnownFacts, knownFacts } from '#registry/live-facts.ts';
import type { ModelTable } from '#registry/model-table.ts';
import type { Registry } from '#registry/registry.ts';
import { namedPage } from './named-page.ts';

type Offered = NonNullable<AdminOutput<'listOfferedModels'>['models']>[number];

interface Dependencies {
  readonly registry: Pick<Registry, 'get' | 'all'>;
  readonly models: Pick<ModelTable, 'list'>;
  readonly nowMs: number;
}

/**
 * The models that clients may name, by their names. Unlike the list that clients get, it has those without a price, whose requests
 * are refused: these are what an operator looks for.
 */
export function listOfferedModels(
  { registry, models, nowMs }: Dependencies,
  request: AdminInput<'listOfferedModels'>,
): AdminOutput<'listOfferedModels'> {
  const priceOf = pricesInForce(registry, nowMs);
  const isPriced = (priceKey: string): boolean => priceOf(priceKey) !== undefined;
  const isAsked = (model: RoutedModel): boolean =>
    (request.provider === '' || model.candidates.some(({ provider }) => provider === request.provider)) &&
    (request.pricing === '' || (request.pricing === 'priced') === hasPrice(model, isPriced));
  const { page, hasMore } = namedPage(models.list().filter(isAsked), request);
  const facts = knownFacts(registry);
  return { models: page.map((model) => offered(registry, model, facts, isPriced)), hasMore };
}

function hasPrice({ candidates }: RoutedModel, isPriced: (priceKey: string) => boolean): boolean {
  return candidates.some(({ priceKey }) => isPriced(priceKey));
}

function offered(
  registry: Dependencies['registry'],
  model: RoutedModel,
  facts: KnownFacts,
  isPriced: (priceKey: string) => boolean,
): Offered {
  const { id, candidates } = model;
  const known = facts.factsOf(id, candidates[0]);
  const { contextTokens, outputTokensMax, inputModalities, outputModalities, capabilities } = known;
  return {
    id,
    definedBy: definedBy(registry, id),
    candidates: candidates.map(({ provider, model: name, stage = 0, tier = 0, priceKey }) => {
      return { provider, model: name, stage, tier, priceId: priceKey, priced: isPriced(priceKey) };
    }),
    priced: hasPrice(model, isPriced),
    contextTokens,
    outputTokensMax,
    inputModalities: [...inputModalities],
    outputModalities: [...outputModalities],
    capabilities: [...capabilities],
    deprecatedAt: timeText(known.deprecatedAtMs),
    retiresAt: timeText(known.retiresAtMs),
    successor: known.successor ?? '',
  };
}

/** An alias wins over a model of its name. */
function definedBy(registry: Dependencies['registry'], id: string): string {
  if (registry.get('alias', id) !== undefined) return 'alias';
  return registry.get('model', id) === undefined ? 'provider' : 'model';
}

function timeText(timeMs: number | undefined): string {
  return timeMs === undefined ? '' : new Date(timeMs).toISOString();
}
