import type { StandsInFor } from '#contracts/routing.ts';
import { fillStars } from '#kernel/name-pattern.ts';
import type { ResourceOf } from './kinds.ts';
import { deploymentName, distinct, type KnownCandidate } from './known-candidate.ts';

/** Models that answer in another's place, by what they stand in for. */
export type Fallbacks = Readonly<Record<'contextWindow' | 'contentPolicy' | 'any', readonly string[]>>;

/** In the order of their stages: those for one failure come before those for any, which would be tried for it as well. */
const stagesFor: readonly (readonly [keyof Fallbacks, StandsInFor])[] = [
  ['contextWindow', 'context_window'],
  ['contentPolicy', 'content_policy'],
  ['any', ''],
];

export const noFallbacks: Fallbacks = { contextWindow: [], contentPolicy: [], any: [] };

/** What a route or a model says. A star stands for what it stands for in the pattern that fitted. */
export function fallbacksOf(
  said: Pick<ResourceOf<'route'>, 'fallbacks' | 'contextWindowFallbacks' | 'contentPolicyFallbacks'>,
  captures: readonly string[],
): Fallbacks {
  const filled = (names: readonly string[]): readonly string[] => names.map((name) => fillStars(name, captures));
  return {
    contextWindow: filled(said.contextWindowFallbacks),
    contentPolicy: filled(said.contentPolicyFallbacks),
    any: filled(said.fallbacks),
  };
}

/** Those of a route, and where it names none of a kind, those of the model. */
export function fallbacksAlong(route: Fallbacks, model: Fallbacks): Fallbacks {
  const of = (kind: keyof Fallbacks): readonly string[] => (route[kind].length > 0 ? route[kind] : model[kind]);
  return { contextWindow: of('contextWindow'), contentPolicy: of('contentPolicy'), any: of('any') };
}

/** Those of several models, each name once. */
export function fallbacksOfAll(all: readonly Fallbacks[]): Fallbacks {
  const of = (kind: keyof Fallbacks): readonly string[] => [...new Set(all.flatMap((each) => each[kind]))];
  return { contextWindow: of('contextWindow'), contentPolicy: of('contentPolicy'), any: of('any') };
}

/**
 * The candidates of the fallbacks, each model in a stage of its own. What has answered badly already is not asked again: a
 * deployment of the model itself is in no later stage, and each is once among those for one failure.
 *
 * @param find A model by its name, whose own fallbacks do not count.
 */
export function laterStages(
  first: readonly KnownCandidate[],
  fallbacks: Fallbacks,
  find: (name: string) => readonly KnownCandidate[],
): readonly KnownCandidate[] {
  const asked = first.map(deploymentName);
  const all: KnownCandidate[] = [];
  let stage = 0;
  for (const [kind, standsInFor] of stagesFor) {
    const seen = new Set(asked);
    for (const name of fallbacks[kind]) {
      const fresh = distinct(find(name), seen);
      if (fresh.length === 0) continue;
      stage += 1;
      const place = { stage, ...(standsInFor === '' ? {} : { standsInFor }) };
      all.push(...fresh.map((known) => ({ ...known, candidate: { ...known.candidate, ...place } })));
    }
  }
  return all;
}
