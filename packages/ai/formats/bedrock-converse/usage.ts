import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { Unit } from '../../units.ts';
import { REPORTED_MAX_CHARACTERS, type Usage, type UsageReport } from '../../usage.ts';

/** More lifetimes of a cache than there are. */
const DETAILS_MAX = 16;

/**
 * A report of usage in units that are disjoint. Amazon counts the cache beside the input, whatever is known of a
 * provider otherwise, and says in `cacheDetails` how long the
 * written part is kept. Thoughts stand in the output, and are told by no count. What cannot be is clamped or left out, and
 * flagged; the rest counts. `tier`: the answer's `serviceTier`. null: the report says nothing of prompt or answer, or zero of all.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 */
export function readConverseUsage(value: unknown, tier: unknown = null): UsageReport | null {
  const usage = asObject(value);
  if (usage === null) return null;
  const flags: string[] = [];
  const input = countOf(usage, 'inputTokens', flags);
  const output = countOf(usage, 'outputTokens', flags);
  if (input === null && output === null) return null;
  const cached = countOf(usage, 'cacheReadInputTokens', flags) ?? 0;
  const { short, hour } = writesOf(usage, flags);
  const quantities = used({
    input: input ?? 0,
    cached_input: cached,
    cache_write: short,
    cache_write_1h: hour,
    output: output ?? 0,
  });
  if (Object.keys(quantities).length === 0) return null;
  const text = JSON.stringify(usage);
  return {
    usage: quantities,
    flags,
    serviceTier: tierOf(tier),
    reported: text.length <= REPORTED_MAX_CHARACTERS ? text : '',
  };
}

/** A whole number, or null where there is none that can be believed. */
function countOf(from: JsonObject | null, field: string, flags: string[]): number | null {
  const value = from?.[field];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  flags.push(`ignored:${field}`);
  return null;
}

function clamped(value: number, most: number, field: string, flags: string[]): number {
  if (value <= most) return value;
  flags.push(`clamped:${field}`);
  return most;
}

/** Cache writes by how long they are kept. The sum is what counts: where the details say something else, they yield. */
function writesOf(usage: JsonObject, flags: string[]): { readonly short: number; readonly hour: number } {
  let short = 0;
  let hour = 0;
  for (const value of asArray(usage['cacheDetails']).slice(0, DETAILS_MAX)) {
    const detail = asObject(value);
    const tokens = countOf(detail, 'inputTokens', flags) ?? 0;
    if (detail?.['ttl'] === '1h') hour += tokens;
    else short += tokens;
  }
  const sum = countOf(usage, 'cacheWriteInputTokens', flags) ?? short + hour;
  // A sum of nothing beside parts of something is a field that was left at its zero.
  if (sum === 0 && short + hour > 0) return { short, hour };
  const hourTaken = clamped(hour, sum, 'cacheDetails', flags);
  return { short: sum - hourTaken, hour: hourTaken };
}

function used(all: Readonly<Partial<Record<Unit, number>>>): Usage {
  return Object.fromEntries(Object.entries(all).filter(([, quantity]) => quantity > 0));
}

/** Longer than any name of a tier. */
const TIER_MAX_CHARACTERS = 64;

/** `{type}`. What was reserved is paid for by the month, and has no price of its own here. */
function tierOf(tier: unknown): string {
  const type = asObject(tier)?.['type'];
  if (typeof type !== 'string' || type.length > TIER_MAX_CHARACTERS) return '';
  return type === 'default' || type === 'reserved' ? '' : type;
}
