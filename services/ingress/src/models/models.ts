import type { Identity } from '#api-keys/identity.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { anyRequest } from '#registry/any-request.ts';
import { callerOf } from '#registry/caller.ts';
import type { Identify } from '../access/identify.ts';
import { narrowedModel, usableModel } from '../access/permissions.ts';
import { answerJson } from '../http/answer.ts';
import { type Exchange, type Handler, queryOf } from '../http/exchange.ts';
import { assertKnownQuery } from '../http/known-query.ts';
import type { IngressDependencies } from '../ports.ts';
import { anthropicListQuery, anthropicPage } from './anthropic-page.ts';
import { anthropicModel, openAiModel } from './model-documents.ts';

type Dependencies = Pick<IngressDependencies, 'models' | 'registry' | 'billing'>;

/** Codex says its version. `api-version` is Azure's SDK's with every request. */
const openAiQuery = ['client_version', 'api-version'] as const;

/**
 * `GET /v1/models`: the models that the caller can ask for: those with a price, and of these the ones that its key may use. In
 * Anthropic's form for clients that say a version of its API.
 */
export function listModels({ models: table, billing }: Dependencies, identify: Identify): Handler {
  return async (exchange) => {
    const isAnthropic = exchange.dialect === 'anthropic';
    assertKnownQuery(exchange, isAnthropic ? anthropicListQuery : openAiQuery);
    const caller = await identify(exchange);
    const models = table.list().filter((model) => isUsable(caller, model, billing));
    answerJson(exchange, 200, isAnthropic ? anthropicPage(models, queryOf(exchange)) : openAiList(exchange, models));
  };
}

/** `GET /v1/models/{id}`; an id may hold slashes. */
export function getModel({ models, registry, billing }: Dependencies, identify: Identify): Handler {
  return async (exchange, params) => {
    const isAnthropic = exchange.dialect === 'anthropic';
    assertKnownQuery(exchange, isAnthropic ? ['beta'] : openAiQuery);
    const caller = await identify(exchange);
    const id = params['id'] ?? '';
    const model = models.find(id, callerOf(registry, caller), anyRequest());
    if (model === undefined || !isPriced(model, billing)) {
      throw new Fault({ code: 'model_not_found', message: `The model '${id}' does not exist.`, param: 'model' });
    }
    // The model of a snapshot has another id. The client must get the id that it asked for.
    const named = { ...usableModel(caller, id, model), id };
    answerJson(exchange, 200, isAnthropic ? anthropicModel(named) : openAiModel(named));
  };
}

function openAiList(exchange: Exchange, models: readonly RoutedModel[]) {
  const list = { object: 'list', data: models.map(openAiModel) };
  // Codex reads `models` alone. Each model there brings the instructions that Codex works by, which are not the gateway's to
  // write: an empty list leaves Codex with those it has.
  return queryOf(exchange).has('client_version') ? { ...list, models: [] } : list;
}

/** A candidate that is left to the caller has a price. */
function isUsable(caller: Identity, model: RoutedModel, billing: Dependencies['billing']): boolean {
  const usable = narrowedModel(caller, model.id, model);
  return usable !== undefined && isPriced(usable, billing);
}

function isPriced(model: RoutedModel, billing: Dependencies['billing']): boolean {
  return model.candidates.some(({ priceKey }) => billing.isPriced(priceKey));
}
