import { unitNames, units } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';

/** Some models search though nobody asked; none was seen to do it more often for one answer. */
const UNASKED_MAX = 10;

/** What a report of units that are counted one by one is believed to say. */
export interface BelievedCounts {
  readonly usage: Usage;
  /** `clamped:<unit>`: more than was admitted. `estimated:search`: the provider tells none of the searches it was asked for. */
  readonly flags: readonly string[];
}

/**
 * Counts up to what was admitted, or up to a few that nobody asked for: one odd number must not empty a hold. A chat request that
 * asks for searches is answered by a model that searches before it answers, and some providers never say so: it counts one.
 */
export function believedCounts(usage: Usage, admitted: Usage, reported: string): BelievedCounts {
  const believed: Partial<Record<keyof Usage, number>> = { ...usage };
  const flags: string[] = [];
  for (const unit of unitNames) {
    const said = usage[unit] ?? 0;
    if (units[unit].side !== 'count' || said <= (admitted[unit] ?? UNASKED_MAX)) continue;
    believed[unit] = admitted[unit] ?? UNASKED_MAX;
    flags.push(`clamped:${unit}`);
  }
  const isUntold = (admitted.search ?? 0) > 0 && (usage.search ?? 0) === 0 && !/search|source/i.test(reported);
  if (isUntold) {
    believed.search = 1;
    flags.push('estimated:search');
  }
  return flags.length === 0 ? { usage, flags } : { usage: believed, flags };
}
