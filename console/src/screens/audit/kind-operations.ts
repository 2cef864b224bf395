import type { Answered } from '../../api/client.ts';
import {
  alertChannelsGet,
  alertChannelsUpdate,
  alertRulesGet,
  alertRulesSet,
  alertRulesUpdate,
  aliasesGet,
  aliasesSet,
  aliasesUpdate,
  apiKeysGet,
  apiKeysUpdate,
  limitsGet,
  limitsSet,
  limitsUpdate,
  modelsGet,
  modelsSet,
  modelsUpdate,
  organisationsGet,
  organisationsUpdate,
  pricesGet,
  pricesSet,
  pricesUpdate,
  providersGet,
  providersUpdate,
  routesGet,
  routesSet,
  routesUpdate,
  settingsGet,
  settingsUpdate,
  teamsGet,
  teamsUpdate,
  usersGet,
  usersUpdate,
} from '../../api/gen/index.ts';

interface OfOne {
  readonly path: { readonly id: string };
}

interface Setting extends OfOne {
  readonly body: never;
  readonly headers: Readonly<Record<'If-Match', string>>;
}

interface Operations {
  readonly get: (asked: OfOne) => Promise<Answered<object>>;
  readonly update: (asked: Setting) => Promise<Answered<unknown>>;
  /** Of what people name: makes it again where it was deleted. */
  readonly set?: (asked: Setting) => Promise<Answered<unknown>>;
}

/** By the kinds of the log. What holds secrets is not made again: they are in no answer. */
export const kindOperations: Readonly<Record<string, Operations>> = {
  user: { get: usersGet, update: usersUpdate },
  team: { get: teamsGet, update: teamsUpdate },
  organisation: { get: organisationsGet, update: organisationsUpdate },
  key: { get: apiKeysGet, update: apiKeysUpdate },
  limit: { get: limitsGet, update: limitsUpdate, set: limitsSet },
  provider: { get: providersGet, update: providersUpdate },
  model: { get: modelsGet, update: modelsUpdate, set: modelsSet },
  alias: { get: aliasesGet, update: aliasesUpdate, set: aliasesSet },
  price: { get: pricesGet, update: pricesUpdate, set: pricesSet },
  route: { get: routesGet, update: routesUpdate, set: routesSet },
  alertRule: { get: alertRulesGet, update: alertRulesUpdate, set: alertRulesSet },
  alertChannel: { get: alertChannelsGet, update: alertChannelsUpdate },
  settings: { get: () => settingsGet(), update: ({ body, headers }) => settingsUpdate({ body, headers }) },
};
