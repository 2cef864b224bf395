import type { Identity } from '#api-keys/identity.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { systemClock } from '#kernel/clock.ts';
import { anyRequest } from '#registry/any-request.ts';
import { callerOf } from '#registry/caller.ts';
import type { Identify } from '../access/identify.ts';
import { narrowedModel, usableModel } from '../access/permissions.ts';
import { answerJson } from '../http/answer.ts';
import { type Handler, queryOf } from '../http/exchange.ts';
import { assertKnownQuery } from '../http/known-query.ts';
import type { IngressDependencies } from '../ports.ts';
import { noModel } from './find-model.ts';
import type { ShownModel } from './model-documents.ts';
import type { ModelEnds } from './model-ends.ts';
import { modelForms } from './model-forms.ts';

type Dependencies = Pick<IngressDependencies, 'models' | 'registry' | 'billing' | 'clock'> & {
  readonly modelEnds: ModelEnds;
};

/**
 * `GET /v1/models`: the models that the caller can ask for: those with a price, and of these the ones that its key may use. In
 * Anthropic's form for clients that say a version of its API, in Google's for those that send its key header.
 */
export function listModels(dependencies: Dependencies, identify: Identify): Handler {
  const { models: table, billing } = dependencies;
  const show = shower(dependencies);
  return async (exchange) => {
    const form = modelForms[exchange.dialect];
    assertKnownQuery(exchange, form.listQuery, form.listsInQuery);
    const caller = await identify(exchange);
    const models = table
      .list()
      .filter((model) => isUsable(caller, model, billing))
      .map((model) => show(model, model.id));
    answerJson(exchange, 200, form.list(models, queryOf(exchange)));
  };
}

/** `GET /v1/models/{id}`; an id may hold slashes. */
export function getModel(dependencies: Dependencies, identify: Identify): Handler {
  const { models, registry, billing, modelEnds } = dependencies;
  const show = shower(dependencies);
  return async (exchange, params) => {
    const form = modelForms[exchange.dialect];
    assertKnownQuery(exchange, form.oneQuery);
    const caller = await identify(exchange);
    const id = params['id'] ?? '';
    const model = models.find(id, callerOf(registry, caller), anyRequest());
    if (model === undefined || !isPriced(model, billing)) {
      throw new Fault(noModel(id, modelEnds.successorOf(id)));
    }
    // The model of a snapshot has another id. The client must get the id that it asked for.
    const named = show({ ...usableModel(caller, id, model), id }, id);
    answerJson(exchange, 200, form.one(named));
  };
}

/** Puts what is known beside a model, by the name that it is asked for. */
function shower({ modelEnds, clock = systemClock }: Dependencies): (model: RoutedModel, name: string) => ShownModel {
  return (model, name) => ({ model, facts: modelEnds.factsOf(name, model.candidates[0]), nowMs: clock() });
}

/** A candidate that is left to the caller has a price. */
function isUsable(caller: Identity, model: RoutedModel, billing: Dependencies['billing']): boolean {
  const usable = narrowedModel(caller, model.id, model);
  return usable !== undefined && isPriced(usable, billing);
}

function isPriced(model: RoutedModel, billing: Dependencies['billing']): boolean {
  return model.candidates.some(({ priceKey }) => billing.isPriced(priceKey));
}
