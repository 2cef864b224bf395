import type { Strategy } from '#contracts/routing.ts';
import { fillStars, patternIndex } from '#kernel/name-pattern.ts';
import { fallbacksOfAll } from './fallbacks.ts';
import type { ResourceOf } from './kinds.ts';
import { distinct } from './known-candidate.ts';
import { createdAtS, type NamedModel, type PlainModels, strategyIn } from './plain-models.ts';

/** Names that one look takes into account: an alias has at most 100 models, and groups of groups must not multiply. */
const NAMES_MAX = 1_000;

/**
 * Finds models by aliases and other names. An alias stands for all its models, in their order. It is taken once on the way to
 * a model: where it leads to itself, the model of that name is meant.
 */
export function aliasedModels(
  aliases: readonly ResourceOf<'alias'>[],
  plain: PlainModels,
): (name: string) => NamedModel | undefined {
  const aliasOf = patternIndex(aliases);

  /** Adds what a name stands for. `seen`: names that were taken apart before. */
  function expand(name: string, taken: readonly string[], names: Set<string>, seen: Set<string>): void {
    if (seen.size >= NAMES_MAX) return;
    const alias = aliasOf(name);
    if (alias === undefined || taken.includes(alias.value.id)) {
      names.add(name);
      return;
    }
    if (seen.has(name)) return;
    seen.add(name);
    for (const model of alias.value.models) {
      expand(fillStars(model, alias.captures), [...taken, alias.value.id], names, seen);
    }
  }

  return (name) => {
    if (plain.isDisabled(name)) return undefined;
    const alias = aliasOf(name);
    if (alias === undefined) return plain.find(name);
    const names = new Set<string>();
    expand(name, [], names, new Set());
    const models = Array.from(names).flatMap((each) => plain.find(each) ?? []);
    const [first] = models;
    if (first === undefined) return undefined;
    return {
      ...first,
      id: alias.pattern.isExact ? name : first.id,
      createdAtS: createdAtS(alias.value, name),
      candidates: distinct(models.flatMap(({ candidates }, group) => candidates.map((known) => ({ ...known, group })))),
      strategies: { model: strategyOfAll(models), alias: strategyIn(alias.value) },
      fallbacks: fallbacksOfAll(models.map(({ fallbacks }) => fallbacks)),
    };
  };
}

/** Models of different strategies have none in common. */
function strategyOfAll(models: readonly NamedModel[]): Strategy | undefined {
  const [first, ...others] = models.map(({ strategies }) => strategies.model);
  return others.every((each) => each === first) ? first : undefined;
}
