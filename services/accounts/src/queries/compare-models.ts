import { skippedModels } from '#catalogue/catalogue-models.ts';
import { type ModelFacts, modelFacts } from '#catalogue/model-facts.ts';
import type { AdminOutput } from '#contracts/admin.ts';
import type { RouterAdminPort } from '#contracts/router.ts';
import { pricesInForce } from '#prices-import/prices-in-force.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { keptCatalogue } from '#registry/live-models.ts';
import { catalogueOf, providerNames } from '#registry/provider-names.ts';
import type { Registry } from '#registry/registry.ts';

type Comparison = AdminOutput<'compareModels'>;
type Difference = NonNullable<Comparison['differences']>[number];

/** What a provider lists and what the gateway offers of it. Nothing is changed. */
export async function compareModels(
  {
    registry,
    router,
    nowMs,
  }: {
    readonly registry: Pick<Registry, 'get' | 'all'>;
    readonly router: Pick<RouterAdminPort, 'listUpstreamModels'>;
    readonly nowMs: number;
  },
  provider: ResourceOf<'provider'>,
): Promise<Comparison> {
  const { models, problem } = await router.listUpstreamModels(provider.id);
  if (problem !== '') return { differences: [], same: 0, problem };
  const offer = offerOf(registry, provider, nowMs);
  const listed = new Set(models);
  const differences: Difference[] = [];
  let same = 0;
  for (const model of models) {
    const priceKey = offer.priceKeyOf(model);
    if (priceKey === undefined) {
      differences.push({ model, difference: 'new', advice: offer.adviceToOffer(model) });
      continue;
    }
    same += 1;
    if (!offer.isPriced(priceKey)) {
      differences.push({ model, difference: 'unpriced', advice: `It is refused: give ${priceKey} a price.` });
    }
  }
  for (const { model, advice } of offer.missingIn(listed)) differences.push({ model, difference: 'missing', advice });
  return { differences, same, problem: '' };
}

/** What the gateway offers of a provider, by policy and the catalogue. */
function offerOf(registry: Pick<Registry, 'get' | 'all'>, provider: ResourceOf<'provider'>, nowMs: number) {
  const catalogue = catalogueOf(provider);
  const ownPrices = new Set(Array.from(registry.all('price'), ({ id }) => id));
  const names = providerNames(provider, keptCatalogue, ownPrices);
  const targets = targetsAt(registry, provider.id);
  const priceOf = pricesInForce(registry, nowMs);
  const isPriced = (priceKey: string): boolean => priceOf(priceKey) !== undefined;
  const skipped = new Map(skippedModels(catalogue, nowMs).map(({ id, reason }) => [id, reason]));
  const isListOfModels = provider.models.length > 0;

  const priceKeyOf = (model: string): string | undefined =>
    names.find(model)?.candidate.priceKey ?? (targets.has(model) ? names.declared(model).priceKey : undefined);

  function adviceToOffer(model: string): string {
    const { priceKey } = names.declared(model);
    const reason = skipped.get(model);
    const why = reason === undefined ? '' : ` (the catalogue has it, but it ${reason})`;
    const toPrice = isPriced(priceKey) ? '' : `give ${priceKey} a price${why}`;
    if (isListOfModels)
      return `To offer it, add it to the provider's models${toPrice === '' ? '' : `, and ${toPrice}`}.`;
    return toPrice === '' ? "To offer it, list it in the provider's models." : `To offer it, ${toPrice}.`;
  }

  /** Names that mean the same model are missing together, as one. */
  function* missingIn(listed: ReadonlySet<string>): Generator<{ readonly model: string; readonly advice: string }> {
    const listedKeys = new Set(Array.from(listed, priceKeyOf));
    const told = new Set<string>();
    for (const model of names.names) {
      const key = isListOfModels ? model : (priceKeyOf(model) ?? model);
      if (listed.has(model) || told.has(key) || (!isListOfModels && listedKeys.has(key))) continue;
      told.add(key);
      const todo = isListOfModels
        ? "Take it out of the provider's models, or correct its name."
        : 'The catalogue has it: requests for it go to a provider that may not answer.';
      yield { model, advice: endAdvice(modelFacts(catalogue, model), nowMs) ?? todo };
    }
    for (const [model, where] of targets) {
      if (!listed.has(model) && !told.has(model)) yield { model, advice: `${where} leads to it: correct the target.` };
    }
  }

  return { priceKeyOf, isPriced, adviceToOffer, missingIn };
}

/** The names that models and routes of policy lead to at a provider, each with what leads there. */
function targetsAt(registry: Pick<Registry, 'all'>, providerId: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const kind of ['model', 'route'] as const) {
    for (const { id, targets } of registry.all(kind)) {
      for (const { provider, model } of targets) {
        if (provider === providerId && model !== '' && !model.includes('*')) found.set(model, `The ${kind} ${id}`);
      }
    }
  }
  return found;
}

function endAdvice(facts: ModelFacts | undefined, nowMs: number): string | undefined {
  const { retiresAtMs, successor } = facts ?? {};
  if (retiresAtMs === undefined || retiresAtMs > nowMs) return undefined;
  const day = new Date(retiresAtMs).toISOString().slice(0, 10);
  return `It ended on ${day}${successor === undefined ? '' : `; the provider says to use ${successor}`}.`;
}
