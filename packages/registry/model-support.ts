import type { CandidatePlace, StandsInFor } from '#contracts/routing.ts';
import { patternIndex } from '#kernel/name-pattern.ts';
import { anyRequest } from './any-request.ts';
import type { RouteCaller } from './caller.ts';
import { endText, factsText } from './facts-text.ts';
import { knownFacts } from './live-facts.ts';
import { buildModelTable, type ModelTable } from './model-table.ts';
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
      providers: [...new Set(candidates.filter(isItsOwn).map(({ provider }) => provider))],
      priceKeys: [...new Set(candidates.filter(isItsOwn).map(({ priceKey }) => priceKey))],
      contextTokens: facts.contextTokens,
      end: endText(facts),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function isItsOwn({ stage = 0 }: CandidatePlace): boolean {
  return stage === 0;
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
  const table = buildModelTable(policy, readCatalogue);
  const request = anyRequest();
  const found = table.find(name, caller, request);
  const model = patternIndex(policy.all('model'))(name)?.value;
  const alias = patternIndex(policy.all('alias'))(name)?.value;
  const { factsOf, successorOf } = knownFacts(policy);
  const facts = factsOf(name, found?.candidates[0]);
  const notes = [
    ...(model === undefined ? [] : [`the model ${model.id} is ${model.status === 'disabled' ? 'disabled' : 'active'}`]),
    ...(alias === undefined ? [] : [`the alias ${alias.id} stands for ${alias.models.join(', ')}`]),
    ...routeNotes(table.routes(name, caller, request)),
    ...Array.from(policy.all('provider'))
      .filter(({ status }) => status === 'disabled')
      .map(({ id }) => `the provider ${id} is disabled`),
    ...(found === undefined && model?.status !== 'disabled'
      ? ['no active provider has it: add it to the models of a provider, or as a model with targets']
      : []),
    ...factsText({ ...facts, successor: facts.successor ?? successorOf(name) }),
  ];
  return {
    name,
    isSupported: found !== undefined,
    candidates: (found?.candidates ?? []).map(
      ({ provider, model: there, priceKey, standsInFor, stage = 0 }) =>
        `${provider}: ${there}, priced by ${priceKey}${stage === 0 ? '' : `, ${insteadOf(standsInFor)}`}`,
    ),
    notes,
  };
}

/** The route that a request would take of which nothing else is known, and those that other requests would. */
function routeNotes(looks: ReturnType<ModelTable['routes']>): readonly string[] {
  return looks
    .filter(({ mismatch }) => mismatch !== 'models')
    .map(({ routeId, mismatch }) =>
      mismatch === '' ? `the route ${routeId} applies` : `the route ${routeId} does not apply by its ${mismatch}`,
    );
}

function insteadOf(standsInFor: StandsInFor | undefined): string {
  switch (standsInFor) {
    case 'context_window':
      return 'where the prompt is too long';
    case 'content_policy':
      return 'where the content is refused';
    default:
      return 'where the others have failed';
  }
}
