import type { Identity } from '#api-keys/identity.ts';
import { rulesOf } from '#api-keys/key-rules.ts';
import { narrowedModel as narrowedByKey } from '#api-keys/narrowed-model.ts';
import type { RoutedModel } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';

type Caller = Pick<Identity, 'key'>;

/** Throws `key_not_allowed` where the key may not be used from this address, or for this path. */
export function assertUsableHere({ key }: Caller, address: string, url: string): void {
  if (key === undefined) return;
  const { addresses, endpoints } = rulesOf(key);
  if (addresses !== undefined && !addresses(address)) {
    throw new Fault({
      code: 'key_not_allowed',
      message: `This API key may not be used from ${address}. Ask the gateway's administrator to allow the address.`,
    });
  }
  if (endpoints === undefined) return;
  const path = pathOf(url);
  if (!endpoints(path)) {
    throw new Fault({
      code: 'key_not_allowed',
      message: `This API key may not be used for ${path}. Use another key, or ask the gateway's administrator.`,
    });
  }
}

/**
 * A model as its caller may use it: with the candidates that are left to the key. Throws `model_not_allowed` where the key may
 * not ask for the name, or no candidate is left. `name` is the model as the client named it in `param`.
 */
export function usableModel(caller: Caller, name: string, model: RoutedModel, param = 'model'): RoutedModel {
  const usable = narrowedModel(caller, name, model);
  if (usable !== undefined) return usable;
  throw new Fault(notAllowed(name, param));
}

/** Throws `model_not_allowed` where the key may not ask for the name, wherever it leads. */
export function assertMayName({ key }: Caller, name: string): void {
  if (key !== undefined && rulesOf(key).models?.(name) === false) throw new Fault(notAllowed(name, 'model'));
}

/** Whether `usableModel` can refuse anything to the caller. */
export function hasModelRules({ key }: Caller): boolean {
  if (key === undefined) return false;
  const { models, providers } = rulesOf(key);
  return models !== undefined || providers !== undefined;
}

/** As `usableModel`; undefined where the caller may not use the model. */
export function narrowedModel({ key }: Caller, name: string, model: RoutedModel): RoutedModel | undefined {
  return key === undefined ? model : narrowedByKey(key, name, model);
}

function notAllowed(model: string, param: string): Refusal {
  return {
    code: 'model_not_allowed',
    message: `This API key may not use the model '${model}'. GET /v1/models lists those that it may use.`,
    param,
  };
}

/** Without the query and slashes at the end, which make no difference to what answers. */
function pathOf(url: string): string {
  const queryAt = url.indexOf('?');
  let end = queryAt === -1 ? url.length : queryAt;
  while (end > 1 && url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}
