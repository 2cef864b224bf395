import type { RoutedModel } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { answerJson } from '../http/answer.ts';
import type { Handler } from '../http/exchange.ts';
import type { IngressDependencies } from '../ports.ts';
import type { Identify } from '../rate-limits/identify.ts';

type Dependencies = Pick<IngressDependencies, 'router' | 'billing'>;

/** `GET /v1/models`: the models that can be asked for, which are those with a price. */
export function listModels({ router, billing }: Dependencies, identify: Identify): Handler {
  return async (exchange) => {
    await identify(exchange);
    const models = router.listModels().filter((model) => isPriced(model, billing));
    answerJson(exchange, 200, { object: 'list', data: models.map(modelDocument) });
  };
}

/** `GET /v1/models/{id}`; an id may hold slashes. */
export function getModel({ router, billing }: Dependencies, identify: Identify): Handler {
  return async (exchange, params) => {
    await identify(exchange);
    const id = params['id'] ?? '';
    const model = router.findModel(id);
    if (model === undefined || !isPriced(model, billing)) {
      throw new Fault({ code: 'model_not_found', message: `The model '${id}' does not exist.`, param: 'model' });
    }
    // The model of a snapshot has another id. The client must get the id that it asked for.
    answerJson(exchange, 200, modelDocument({ ...model, id }));
  };
}

function isPriced(model: RoutedModel, billing: Dependencies['billing']): boolean {
  return model.candidates.some(({ priceKey }) => billing.isPriced(priceKey));
}

function modelDocument({ id, createdAtS, ownedBy }: RoutedModel) {
  return { id, object: 'model', created: createdAtS, owned_by: ownedBy };
}
