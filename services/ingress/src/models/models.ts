import type { Identity } from '#api-keys/identity.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { callerOf } from '#registry/caller.ts';
import type { Identify } from '../access/identify.ts';
import { narrowedModel, usableModel } from '../access/permissions.ts';
import { answerJson } from '../http/answer.ts';
import type { Handler } from '../http/exchange.ts';
import type { IngressDependencies } from '../ports.ts';

type Dependencies = Pick<IngressDependencies, 'models' | 'registry' | 'billing'>;

/** `GET /v1/models`: the models that the caller can ask for: those with a price, and of these the ones that its key may use. */
export function listModels({ models: table, billing }: Dependencies, identify: Identify): Handler {
  return async (exchange) => {
    const caller = await identify(exchange);
    const models = table.list().filter((model) => isUsable(caller, model, billing));
    answerJson(exchange, 200, { object: 'list', data: models.map(modelDocument) });
  };
}

/** `GET /v1/models/{id}`; an id may hold slashes. */
export function getModel({ models, registry, billing }: Dependencies, identify: Identify): Handler {
  return async (exchange, params) => {
    const caller = await identify(exchange);
    const id = params['id'] ?? '';
    const model = models.find(id, callerOf(registry, caller));
    if (model === undefined || !isPriced(model, billing)) {
      throw new Fault({ code: 'model_not_found', message: `The model '${id}' does not exist.`, param: 'model' });
    }
    // The model of a snapshot has another id. The client must get the id that it asked for.
    answerJson(exchange, 200, modelDocument({ ...usableModel(caller, id, model), id }));
  };
}

/** A candidate that is left to the caller has a price. */
function isUsable(caller: Identity, model: RoutedModel, billing: Dependencies['billing']): boolean {
  const usable = narrowedModel(caller, model.id, model);
  return usable !== undefined && isPriced(usable, billing);
}

function isPriced(model: RoutedModel, billing: Dependencies['billing']): boolean {
  return model.candidates.some(({ priceKey }) => billing.isPriced(priceKey));
}

function modelDocument({ id, createdAtS, ownedBy }: RoutedModel) {
  return { id, object: 'model', created: createdAtS, owned_by: ownedBy };
}
