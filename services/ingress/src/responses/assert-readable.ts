import type { Identity } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import { parseObject } from '#kernel/json.ts';
import { anyRequest } from '#registry/any-request.ts';
import { callerOf } from '#registry/caller.ts';
import { hasModelRules, narrowedModel } from '../access/permissions.ts';
import type { IngressDependencies } from '../ports.ts';
import type { StoredResponse } from './response-store.ts';

/** Throws a `Fault` (`model_not_allowed`) where the key may not use a model that can have given the response. */
export type AssertReadable = (caller: Identity, response: Pick<StoredResponse, 'response'>, param?: string) => void;

/** The date of a snapshot: -2026-01-31, -20260131. */
const dated = /^-(?:\d{4}-\d{2}-\d{2}|\d{8})$/;

/**
 * The responses of a user are all the user's keys', but for keys that are limited to models. A response has the name that its
 * provider has for the model, with a date at the end at some of them, which no rule of a key need name.
 */
export function createAssertReadable({
  models,
  registry,
}: Pick<IngressDependencies, 'models' | 'registry'>): AssertReadable {
  return (caller, { response }, param = 'response_id') => {
    if (!hasModelRules(caller)) return;
    const answered = String(parseObject(response)?.['model'] ?? '');
    const is = (name: string): boolean =>
      answered === name || (answered.startsWith(name) && dated.test(answered.slice(name.length)));
    for (const model of models.list()) {
      const usable = narrowedModel(caller, model.id, model);
      if (usable === undefined) continue;
      const targets = usable.candidates.flatMap(({ provider, model: target }) => [target, `${provider}/${target}`]);
      if ([usable.id, ...targets].some(is)) return;
    }
    const named = models.find(answered, callerOf(registry, caller), anyRequest());
    if (named !== undefined && narrowedModel(caller, answered, named) !== undefined) return;
    throw new Fault({
      code: 'model_not_allowed',
      message: `This API key may not use the model '${answered}', which gave this response.`,
      param,
    });
  };
}
