import { patternIndex } from '#kernel/name-pattern.ts';
import { anyRequest } from './any-request.ts';
import type { RouteCaller } from './caller.ts';
import { endText, factsText } from './facts-text.ts';
import { knownFacts } from './live-facts.ts';
import { buildModelTable } from './model-table.ts';
import type { ReadCatalogue } from './provider-names.ts';
import type { Registry } from './registry.ts';

/** A model as an operator sees it: where it goes, and by which price. */
export interface ListedModel {
  readonly id: string;
  readonly providers: readonly string[];
  readonly priceKeys: readonly string[];
  /** 0: not known. */
  readonly contextTokens: number;
  /** When it ends and what to use instead; empty: nothing is known of that. */
  readonly end: string;
}

/** Every model that has a name of its own, by name. */
export function listModels(policy: Pick<Registry, 'all'>, readCatalogue: ReadCatalogue): readonly ListedModel[] {
  const { factsOf } = knownFacts(policy);
  return buildModelTable(policy, readCatalogue)
    .list()
    .map(({ id, candidates }) => ({ id, candidates, facts: factsOf(id, candidates[0]) }))
    .map(({ id, candidates, facts }) => ({
      id,
      providers: [...new Set(candidates.map(({ provider }) => provider))],
      priceKeys: [...new Set(candidates.map(({ priceKey }) => priceKey))],
      contextTokens: facts.contextTokens,
      end: endText(facts),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether a name can be asked for, where it goes, and what says so. */
export interface ModelSupport {
  readonly name: string;
  readonly isSupported: boolean;
  /** In the order in which they are tried: `<provider>: <its name there>, priced by <price key>`. */
  readonly candidates: readonly string[];
  /** What of policy has a say, and where nobody has the model what to do. */
  readonly notes: readonly string[];
}

/** Explains a name for a caller. */
export function supportOf(
  name: string,
  caller: RouteCaller,
  policy: Pick<Registry, 'all'>,
  readCatalogue: ReadCatalogue,
): ModelSupport {
  const found = buildModelTable(policy, readCatalogue).find(name, caller, anyRequest());
  const model = patternIndex(policy.all('model'))(name)?.value;
  const alias = patternIndex(policy.all('alias'))(name)?.value;
  const { factsOf, successorOf } = knownFacts(policy);
  const successor = successorOf(name);
  const notes = [
    ...(model === undefined ? [] : [`the model ${model.id} is ${model.status === 'disabled' ? 'disabled' : 'active'}`]),
    ...(alias === undefined ? [] : [`the alias ${alias.id} stands for ${alias.models.join(', ')}`]),
    ...Array.from(policy.all('provider'))
      .filter(({ status }) => status === 'disabled')
      .map(({ id }) => `the provider ${id} is disabled`),
    ...(found === undefined && model?.status !== 'disabled'
      ? ['no active provider has it: add it to the models of a provider, or as a model with targets']
      : []),
    ...factsText(factsOf(name, found?.candidates[0])),
    ...(found === undefined && successor !== undefined ? [`its successor is ${successor}`] : []),
  ];
  return {
    name,
    isSupported: found !== undefined,
    candidates: (found?.candidates ?? []).map(
      ({ provider, model: there, priceKey }) => `${provider}: ${there}, priced by ${priceKey}`,
    ),
    notes,
  };
}
