import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { Unit } from '../../units.ts';
import { REPORTED_MAX_CHARACTERS, type Usage, type UsageReport } from '../../usage.ts';
import type { UsageRules } from '../../usage-rules.ts';

/** Names of the tier that is no tier of its own. */
const usualTiers: ReadonlySet<string> = new Set(['', 'auto', 'default', 'standard']);

/** A `usage` object by itself. Null: it says nothing. */
export function readUsage(value: unknown, rules: UsageRules): UsageReport | null {
  const usage = asObject(value);
  return usage === null ? null : report(usage, rules, 0, '', usage);
}

/** All that a response says of its use: tokens, searches on the web, and the tier that it was served in. */
export function readResponseUsage(response: JsonObject, rules: UsageRules): UsageReport | null {
  const usage = asObject(response['usage']);
  if (usage === null) return null;
  const toolUsage = response['tool_usage'] ?? undefined;
  const reported = toolUsage === undefined ? usage : { usage, tool_usage: toolUsage };
  return report(usage, rules, searchesOf(response), readTier(response['service_tier']), reported);
}

/** The tier as prices name it; empty: the usual one. */
export function readTier(tier: unknown): string {
  const name = typeof tier === 'string' ? tier.trim().toLowerCase() : '';
  return usualTiers.has(name) ? '' : name;
}

/** Counts of a report, with what had to be mended. */
interface Counts {
  readonly flags: string[];
  read(object: JsonObject | null, field: string): number | null;
  /** A part is at most its whole. */
  part(tokens: number, whole: number, field: string): number;
}

function createCounts(): Counts {
  const flags: string[] = [];
  return {
    flags,
    read(object, field) {
      const value = object?.[field] ?? null;
      if (value === null) return null;
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
      flags.push(`left-out:${field}`);
      return null;
    },
    part(tokens, whole, field) {
      if (tokens <= whole) return tokens;
      flags.push(`clamped:${field}`);
      return whole;
    },
  };
}

function report(
  usage: JsonObject,
  rules: UsageRules,
  searches: number,
  serviceTier: string,
  reported: JsonObject,
): UsageReport | null {
  const counts = createCounts();
  const input = counts.read(usage, 'input_tokens');
  const output = counts.read(usage, 'output_tokens');
  if (input === null && output === null) return null;
  const json = JSON.stringify(reported);
  return {
    usage: {
      ...promptUsage(usage, input ?? 0, rules, counts),
      ...answerUsage(usage, input ?? 0, output ?? 0, rules, counts),
      ...(searches > 0 ? { search: searches } : {}),
    },
    flags: counts.flags,
    serviceTier,
    reported: json.length <= REPORTED_MAX_CHARACTERS ? json : '',
  };
}

/** Tokens that were read from a cache or written to one are a part of the prompt's, but for providers whose rules differ. */
function promptUsage(usage: JsonObject, input: number, rules: UsageRules, counts: Counts): Usage {
  const details = asObject(usage['input_tokens_details']);
  const lives = asObject(details?.['cache_write_tokens_details']);
  const half = counts.read(lives, 'ttl_30m_tokens') ?? 0;
  const long = counts.read(lives, 'ttl_12h_tokens') ?? 0;
  const cachedSaid = counts.read(details, 'cached_tokens') ?? 0;
  const writtenSaid = counts.read(details, 'cache_write_tokens') ?? half + long;
  const isApart =
    rules.isCacheInInput === false || (rules.isCacheInInput === 'compare' && cachedSaid + writtenSaid > input);
  const cached = isApart ? cachedSaid : counts.part(cachedSaid, input, 'cached_tokens');
  const written = isApart ? writtenSaid : counts.part(writtenSaid, input - cached, 'cache_write_tokens');
  const writtenLong = counts.part(long, written, 'ttl_12h_tokens');
  return used({
    input: isApart ? input : input - cached - written,
    cached_input: cached,
    cache_write: written - writtenLong,
    cache_write_12h: writtenLong,
  });
}

/** Reasoning is a part of the output, but for providers that count it beside. */
function answerUsage(usage: JsonObject, input: number, output: number, rules: UsageRules, counts: Counts): Usage {
  const said = counts.read(asObject(usage['output_tokens_details']), 'reasoning_tokens') ?? 0;
  const isApart =
    rules.isReasoningInOutput === false ||
    (rules.isReasoningInOutput === 'compare' && said > 0 && usage['total_tokens'] === input + output + said);
  const reasoning = isApart ? said : counts.part(said, output, 'reasoning_tokens');
  return used({ output: isApart ? output : output - reasoning, reasoning });
}

/** The searches that are charged. Where the provider does not count them, each search in the output is one. */
function searchesOf(response: JsonObject): number {
  const counted = asObject(asObject(response['tool_usage'])?.['web_search'])?.['num_requests'];
  if (typeof counted === 'number' && Number.isSafeInteger(counted) && counted >= 0) return counted;
  return asArray(response['output']).filter(isSearch).length;
}

/** Opening a page and looking into it belong to the search before them. */
function isSearch(item: unknown): boolean {
  const call = asObject(item);
  if (call?.['type'] !== 'web_search_call') return false;
  const action = asObject(call['action'])?.['type'];
  return action === undefined || action === 'search';
}

function used(counts: Readonly<Partial<Record<Unit, number>>>): Usage {
  return Object.fromEntries(Object.entries(counts).filter(([, tokens]) => tokens > 0));
}
