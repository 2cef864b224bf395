import { parseMultiplier } from '#money/multiplier.ts';
import type { ResourceOf } from './kinds.ts';

/** What a user pays in basis points of a price, by their own multiplier or the settings'; undefined: neither says. */
export function userMultiplier(
  user: Pick<ResourceOf<'user'>, 'multiplier'>,
  settings: Pick<ResourceOf<'settings'>, 'multiplier'>,
): number | undefined {
  return parseMultiplier(user.multiplier) ?? parseMultiplier(settings.multiplier);
}
