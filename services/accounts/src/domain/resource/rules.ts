import type { Kind } from '#registry/kinds.ts';
import type { KindRules } from './kind-rules.ts';
import { alertChannelRules } from './kinds/alert-channel.ts';
import { alertRuleRules } from './kinds/alert-rule.ts';
import { organisationRules, teamRules } from './kinds/budget.ts';
import { keyRules } from './kinds/key.ts';
import { limitRules } from './kinds/limit.ts';
import { aliasRules, modelRules, priceRules } from './kinds/policy.ts';
import { providerRules } from './kinds/provider.ts';
import { routeRules } from './kinds/route.ts';
import { settingsRules } from './kinds/settings.ts';
import { tokenRules } from './kinds/token.ts';
import { userRules } from './kinds/user.ts';

/** The rules of each kind; what all kinds have in common is in `decide.ts`. */
const rules: { readonly [K in Kind]: KindRules<K> } = {
  organisation: organisationRules,
  team: teamRules,
  user: userRules,
  key: keyRules,
  limit: limitRules,
  token: tokenRules,
  provider: providerRules,
  model: modelRules,
  alias: aliasRules,
  price: priceRules,
  route: routeRules,
  settings: settingsRules,
  alertChannel: alertChannelRules,
  alertRule: alertRuleRules,
};

/** A kind's rules, for a resource that is known to be of the kind. */
export function rulesOf(kind: Kind): KindRules<Kind> {
  return rules[kind] as unknown as KindRules<Kind>;
}
