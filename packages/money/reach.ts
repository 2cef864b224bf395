import { isUnit, type Unit, unitNames, units } from '#ai/units.ts';
import { noUsage, type Usage } from '#ai/usage.ts';
import type { EventBodies } from '#contracts/events.ts';
import { usageFromEvent } from './quantities.ts';

/** What a request may use beside text, and in which tier of service. */
export interface Reach {
  /** Tokens of other units that it may use. */
  readonly otherUnits: readonly Unit[];
  /** The most of units that are counted one by one. */
  readonly counts: Usage;
  /** The tier that it asks for; empty: the provider's choice. */
  readonly serviceTier: string;
}

export const textReach: Reach = { otherUnits: [], counts: noUsage, serviceTier: '' };

type Admitted = Pick<EventBodies['RequestAdmitted'], 'otherUnits' | 'counts' | 'serviceTier'>;

/** Throws a RangeError for a unit that this version does not know. */
export function reachFromEvent({ otherUnits, counts, serviceTier }: Admitted): Reach {
  return {
    otherUnits: otherUnits.map((unit) => {
      if (!isUnit(unit)) throw new RangeError(`there is no unit "${unit}"`);
      return unit;
    }),
    counts: usageFromEvent(counts),
    serviceTier,
  };
}

/** Text, and all that is priced as text where a price has no other: a request may use these without saying so. */
export const textUnits: readonly Unit[] = pricedWith(['input', 'output']);

/** The units of tokens that a request may use. */
export function tokenUnitsOf({ otherUnits }: Pick<Reach, 'otherUnits'>): readonly Unit[] {
  if (otherUnits.length === 0) return textUnits;
  return pricedWith(['input', 'output', ...otherUnits]);
}

/** These units, and those that are priced as one of them: who sends audio may have it read from a cache. */
function pricedWith(from: readonly Unit[]): readonly Unit[] {
  return unitNames.filter((unit) => {
    if (units[unit].side === 'count') return false;
    for (let at: Unit | null = unit; at !== null; at = units[at].pricedAs) if (from.includes(at)) return true;
    return false;
  });
}
