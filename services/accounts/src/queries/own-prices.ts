import { narrowedModel } from '#api-keys/narrowed-model.ts';
import { type AdminCaller, type AdminInput, type AdminOutput, keyIdOfActor } from '#contracts/admin.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { paidUsdPerMillion } from '#money/paid-price.ts';
import { pricesInForce } from '#prices-import/prices-in-force.ts';
import type { ModelTable } from '#registry/model-table.ts';
import type { Registry } from '#registry/registry.ts';
import { userMultiplier } from '#registry/user-multiplier.ts';
import { namedPage } from './named-page.ts';
import { ownerOfNothing } from './own-keys.ts';
import { statedTerms } from './price-book.ts';

type Line = NonNullable<AdminOutput<'listMyPrices'>['prices']>[number] & { readonly id: string };

interface Dependencies {
  readonly registry: Pick<Registry, 'get' | 'settings'>;
  readonly models: Pick<ModelTable, 'list'>;
  readonly nowMs: number;
}

/**
 * The models that a holder may ask for, by their names, and what they pay: the price in force times their multiplier. Who came with a
 * key, or signed in with one, sees what that key may use. Which providers are behind a model is the house's.
 */
export function listOwnPrices(
  { registry, models, nowMs }: Dependencies,
  request: AdminInput<'listMyPrices'>,
  caller: AdminCaller & { readonly userId: string },
): AdminOutput<'listMyPrices'> {
  const multiplier = multiplierOf(registry, caller.userId);
  const key = registry.get('key', keyIdOfActor(caller.actor) || keyIdOfActor(openerOf(registry, caller)));
  const priceOf = pricesInForce(registry, nowMs);
  const textOf = (picoUsd: bigint): string => paidUsdPerMillion(picoUsd, multiplier);

  const lineOf = ({ id, candidates }: RoutedModel): Line[] => {
    const costs = new Map<string, NonNullable<Line['costs']>[number]>();
    for (const { priceKey } of candidates) {
      const price = priceOf(priceKey);
      if (price === undefined) continue;
      const stated = statedTerms(price, textOf);
      costs.set(JSON.stringify(stated), stated);
    }
    return costs.size === 0 ? [] : [{ id, costs: [...costs.values()] }];
  };
  const usable = models.list().flatMap((model) => {
    const narrowed = key === undefined ? model : narrowedModel(key, model.id, model);
    return narrowed === undefined ? [] : [narrowed];
  });
  const { page, hasMore } = namedPage(usable.flatMap(lineOf), request);
  return { prices: [...page], hasMore };
}

/** What a user pays in basis points of a price. Throws `unavailable` where nothing says: only quota's process knows its default. */
function multiplierOf(registry: Pick<Registry, 'get' | 'settings'>, userId: string): number {
  const user = registry.get('user', userId);
  if (user === undefined) throw ownerOfNothing('user');
  const basisPoints = userMultiplier(user, registry.settings());
  if (basisPoints !== undefined) return basisPoints;
  throw new Fault({ code: 'unavailable', message: 'Prices cannot be told now; try again shortly.' });
}

function openerOf(registry: Pick<Registry, 'get'>, { actor }: AdminCaller): string {
  return registry.get('token', actor)?.openedBy ?? '';
}
