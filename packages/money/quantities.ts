import { isUnit, type Unit, unitNames } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';
import type { EventBodies } from '#contracts/events.ts';

type Quantities = EventBodies['UsageRecorded']['quantities'];

/** What was used as it stands in an event: the units that were, in the order of their table. */
export function usageToEvent(usage: Usage): Quantities {
  return unitNames.flatMap((unit) => {
    const quantity = usage[unit] ?? 0;
    return quantity === 0 ? [] : [{ unit, quantity }];
  });
}

/** Throws a RangeError for a unit that this version does not know: to count it as nothing would be to charge too little. */
export function usageFromEvent(quantities: Quantities): Usage {
  const usage: Partial<Record<Unit, number>> = {};
  for (const { unit, quantity } of quantities) {
    if (!isUnit(unit)) throw new RangeError(`there is no unit "${unit}"`);
    usage[unit] = (usage[unit] ?? 0) + quantity;
  }
  return usage;
}
