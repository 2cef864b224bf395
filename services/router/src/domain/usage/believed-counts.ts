import type { FormatName } from '#ai/format.ts';
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
 * Counts up to what was admitted, or up to a few that nobody asked for: one odd number must not empty a hold. A provider that
 * is asked in chat for searches searches before it answers, and some never say so: it counts one. In the other formats
 * the model may choose not to search, and then its report says nothing of it: nothing is charged.
 */
export function believedCounts(usage: Usage, admitted: Usage, reported: string, spoken: FormatName): BelievedCounts {
  const believed: Partial<Record<keyof Usage, number>> = { ...usage };
  const flags: string[] = [];
  for (const unit of unitNames) {
    const said = usage[unit] ?? 0;
    if (units[unit].side !== 'count' || said <= (admitted[unit] ?? UNASKED_MAX)) continue;
    believed[unit] = admitted[unit] ?? UNASKED_MAX;
    flags.push(`clamped:${unit}`);
  }
  const isUntold =
    spoken === 'openai-chat' &&
    (admitted.search ?? 0) > 0 &&
    (usage.search ?? 0) === 0 &&
    !/search|source/i.test(reported);
  if (isUntold) {
    believed.search = 1;
    flags.push('estimated:search');
  }
  return flags.length === 0 ? { usage, flags } : { usage: believed, flags };
}
