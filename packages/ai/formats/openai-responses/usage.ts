import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { readUsage as readOpenAiUsage } from '../../usage/read-usage.ts';
import { REPORTED_MAX_CHARACTERS, type UsageReport } from '../../usage.ts';
import type { UsageRules } from '../../usage-rules.ts';

/** Names of the tier that is no tier of its own. */
const usualTiers: ReadonlySet<string> = new Set(['', 'auto', 'default', 'standard']);

/** A `usage` object by itself. Null: it says nothing. */
export function readUsage(usage: unknown, rules: UsageRules): UsageReport | null {
  return readOpenAiUsage(usage, rulesHere(rules));
}

/**
 * A provider's rules are those of its chat completions. Some that count reasoning beside an answer there (xAI) count it within
 * here, so that the total has to tell.
 */
function rulesHere(rules: UsageRules): UsageRules {
  return rules.isReasoningInOutput === false ? { ...rules, isReasoningInOutput: 'compare' } : rules;
}

/** All that a response says of its use: tokens, searches on the web, and the tier that it was served in. */
export function readResponseUsage(response: JsonObject, rules: UsageRules): UsageReport | null {
  const report = readOpenAiUsage(response['usage'], rulesHere(rules), {
    serviceTier: readTier(response['service_tier']),
  });
  if (report === null) return null;
  const search = searchesOf(response) ?? report.usage.search ?? 0;
  const { search: _search, ...tokens } = report.usage;
  return {
    ...report,
    usage: search > 0 ? { ...tokens, search } : tokens,
    reported: reportedOf(response) ?? report.reported,
  };
}

/** The tier as prices name it; empty: the usual one. */
export function readTier(tier: unknown): string {
  const name = typeof tier === 'string' ? tier.trim().toLowerCase() : '';
  return usualTiers.has(name) ? '' : name;
}

/** What hosted tools used stands beside the usage. */
function reportedOf(response: JsonObject): string | null {
  const toolUsage = response['tool_usage'] ?? null;
  if (toolUsage === null) return null;
  const json = JSON.stringify({ usage: response['usage'], tool_usage: toolUsage });
  return json.length <= REPORTED_MAX_CHARACTERS ? json : '';
}

/** The searches that are charged. Where the provider does not count them, each search in the output is one; null: none is told. */
function searchesOf(response: JsonObject): number | null {
  const counted = asObject(asObject(response['tool_usage'])?.['web_search'])?.['num_requests'];
  if (typeof counted === 'number' && Number.isSafeInteger(counted) && counted >= 0) return counted;
  const found = asArray(response['output']).filter(isSearch).length;
  return found > 0 ? found : null;
}

/** Opening a page and looking into it belong to the search before them. */
function isSearch(item: unknown): boolean {
  const call = asObject(item);
  if (call?.['type'] !== 'web_search_call') return false;
  const action = asObject(call['action'])?.['type'];
  return action === undefined || action === 'search';
}
