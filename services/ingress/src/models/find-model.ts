import type { RoutedModel } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { anyRequest } from '#registry/any-request.ts';
import type { RouteCaller } from '#registry/caller.ts';
import type { ModelTable } from '#registry/model-table.ts';
import type { Exchange } from '../http/exchange.ts';

/** The model that a request names, noted for its line in the log. Throws a `Fault` (`model_not_found`). */
export function findModel(
  exchange: Exchange,
  models: ModelTable,
  name: string,
  caller: RouteCaller,
  request = anyRequest(),
): RoutedModel {
  const model = models.find(name, caller, request);
  if (model === undefined) throw new Fault(noModel(name));
  exchange.record.model = model.id;
  return model;
}

export function noModel(name: string): Refusal {
  return {
    code: 'model_not_found',
    message: `The model \`${name}\` does not exist or you do not have access to it.`,
    param: 'model',
  };
}
