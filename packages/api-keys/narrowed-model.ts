import type { RoutedModel } from '#contracts/router.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { rulesOf } from './key-rules.ts';

/** A model with the candidates that are left to a key; undefined where the key may not ask for the name, or none is left. */
export function narrowedModel(key: ResourceOf<'key'>, name: string, model: RoutedModel): RoutedModel | undefined {
  const { models, providers } = rulesOf(key);
  if (models !== undefined && !models(name)) return undefined;
  if (providers === undefined) return model;
  const candidates = model.candidates.filter(
    ({ provider, model: target }) => providers(provider) || providers(`${provider}/${target}`),
  );
  return candidates.length === 0 ? undefined : { ...model, candidates };
}
