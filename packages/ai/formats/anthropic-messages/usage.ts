import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { Unit } from '../../units.ts';
import { REPORTED_MAX_CHARACTERS, type Usage, type UsageReport } from '../../usage.ts';
import type { UsageRules } from '../../usage-rules.ts';

/**
 * A report of usage in units that are disjoint. Anthropic's counts are so already, except for the hour's part of the cache
 * writes and the thinking's part of the output. What cannot be is clamped or left out, and flagged; the rest counts. null:
 * the report says nothing of prompt or answer, or zero of all.
 */
export function readMessagesUsage(value: unknown, rules: UsageRules): UsageReport | null {
  const usage = asObject(value);
  if (!usage) return null;
  const flags: string[] = [];
  const count = (from: JsonObject | null, field: string): number | null => countOf(from, field, flags);
  const input = count(usage, 'input_tokens');
  const output = count(usage, 'output_tokens');
  if (input === null && output === null) return null;
  const cached = count(usage, 'cache_read_input_tokens') ?? 0;
  const writes = writesOf(usage, count, flags);
  const details = asObject(usage['output_tokens_details']);
  const thinking = clamped(count(details, 'thinking_tokens') ?? 0, output ?? 0, 'thinking_tokens', flags);
  const all: Readonly<Partial<Record<Unit, number>>> = {
    input: withoutCache(input ?? 0, cached + writes.short + writes.hour, rules, flags),
    cached_input: cached,
    cache_write: writes.short,
    cache_write_1h: writes.hour,
    output: (output ?? 0) - thinking,
    reasoning: thinking,
    search: count(asObject(usage['server_tool_use']), 'web_search_requests') ?? 0,
  };
  const quantities = used(all);
  // A provider that does not count says zero.
  if (Object.keys(quantities).length === 0) return null;
  flagIterations(usage, flags);
  return { usage: quantities, flags, serviceTier: tierOf(usage), reported: reportedOf(usage) };
}

type Count = (from: JsonObject | null, field: string) => number | null;

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

/** Cache writes by how long they are kept. The sum is what counts: where the parts say something else, they yield. */
function writesOf(usage: JsonObject, count: Count, flags: string[]): { readonly short: number; readonly hour: number } {
  const parts = asObject(usage['cache_creation']);
  const hour = count(parts, 'ephemeral_1h_input_tokens') ?? 0;
  const short = count(parts, 'ephemeral_5m_input_tokens') ?? 0;
  const sum = count(usage, 'cache_creation_input_tokens') ?? hour + short;
  // A sum of nothing beside parts of something is a field that was left at its zero.
  if (sum === 0 && hour + short > 0) return { short, hour };
  const hourTaken = clamped(hour, sum, 'ephemeral_1h_input_tokens', flags);
  return { short: sum - hourTaken, hour: hourTaken };
}

/**
 * The format counts the cache beside the input, and a provider of it only does otherwise where its rules say so. `compare`
 * is the rule of providers that nobody has described, most of which speak OpenAI's formats as well: here it says nothing.
 */
function withoutCache(input: number, cache: number, { isCacheInInput }: UsageRules, flags: string[]): number {
  if (isCacheInInput !== true) return input;
  return input - clamped(cache, input, 'cache_read_input_tokens', flags);
}

/** Iterations of other kinds (a compaction, an adviser's) are not within the counts above. No request that asks for one is taken. */
function flagIterations(usage: JsonObject, flags: string[]): void {
  const isOther = (iteration: unknown): boolean => (asObject(iteration)?.['type'] ?? 'message') !== 'message';
  if (asArray(usage['iterations']).some(isOther)) flags.push('ignored:iterations');
}

function used(all: Readonly<Partial<Record<Unit, number>>>): Usage {
  return Object.fromEntries(Object.entries(all).filter(([, quantity]) => quantity > 0));
}

/** Speed has prices of its own, and comes before the tier, which has none beside it. */
function tierOf({ service_tier: tier, speed }: JsonObject): string {
  if (speed === 'fast') return 'fast';
  return typeof tier === 'string' && tier !== 'standard' && tier.length <= TIER_MAX_CHARACTERS ? tier : '';
}

/** Longer than any name of a tier. */
const TIER_MAX_CHARACTERS = 64;

function reportedOf(usage: JsonObject): string {
  const text = JSON.stringify(usage);
  return text.length <= REPORTED_MAX_CHARACTERS ? text : '';
}
