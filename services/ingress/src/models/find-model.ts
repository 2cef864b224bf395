import type { RoutedModel } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { anyRequest } from '#registry/any-request.ts';
import type { RouteCaller } from '#registry/caller.ts';
import type { Exchange } from '../http/exchange.ts';
import type { IngressDependencies } from '../ports.ts';

/** The model that a request names, noted for its line in the log. Throws a `Fault` (`model_not_found`). */
export function findModel(
  exchange: Pick<Exchange, 'record'>,
  { models, modelEnds }: Pick<IngressDependencies, 'models' | 'modelEnds'>,
  name: string,
  caller: RouteCaller,
  request = anyRequest(),
): RoutedModel {
  const model = models.find(name, caller, request);
  exchange.record.routeId = model === undefined ? lostBy(models.routes(name, caller, request)) : routeOf(model);
  if (model === undefined) throw new Fault(noModel(name, modelEnds?.successorOf(name)));
  exchange.record.model = model.id;
  return model;
}

function routeOf({ routing }: RoutedModel): string | null {
  return routing?.routeId || null;
}

/** The route that fits and leads nowhere: its operator has to know which. */
function lostBy(looks: ReturnType<IngressDependencies['models']['routes']>): string | null {
  const last = looks.at(-1);
  return last?.mismatch === '' ? last.routeId : null;
}

export function noModel(name: string, successor?: string): Refusal {
  const instead = successor === undefined ? '' : ` Its successor is \`${successor}\`.`;
  return {
    code: 'model_not_found',
    message: `The model \`${name}\` does not exist or you do not have access to it.${instead}`,
    param: 'model',
  };
}
