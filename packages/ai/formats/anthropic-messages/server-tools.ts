import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import { notPriced, wrongType } from '../../ask/problems.ts';

/** What a tool with a type of Anthropic's own can add to a request's cost. */
export interface ToolCost {
  /** Searches that are charged one by one. */
  readonly searches: number;
  /** How often the model may go on by itself, each time with the whole prompt. */
  readonly rounds: number;
  /** What each round adds to the prompt. */
  readonly tokensEach: number;
  /** What the API writes about the tool into the prompt. */
  readonly hiddenTokens: number;
}

export const noCost: ToolCost = { searches: 0, rounds: 0, tokensEach: 0, hiddenTokens: 0 };

/**
 * What one search adds: ten results. Anthropic's own example has 7,345 tokens, and nothing says how long one can be; this
 * is four times as much.
 */
const SEARCH_TOKENS_MAX = 30_000;
/** More than any answer needs; keeps a prompt that is read anew each time within bounds. */
const USES_MAX = 30;
/** After so many rounds the API itself pauses the turn. */
const SERVER_ROUNDS_MAX = 10;

interface ToolRow {
  /** What the type begins with, before its date. */
  readonly type: string;
  cost(tool: JsonObject, param: string): ToolCost | Refusal;
}

/** Every type of tool that has a bound. Of types that are not here, nobody knows what they cost. */
const rows: readonly ToolRow[] = [
  { type: 'web_search_', cost: (tool, param) => perUse(tool, param, SEARCH_TOKENS_MAX, true) },
  { type: 'web_fetch_', cost: fetchCost },
  { type: 'tool_search_tool_', cost: () => ({ ...noCost, rounds: SERVER_ROUNDS_MAX, hiddenTokens: 2_000 }) },
  // The client runs these. The largest description that Anthropic tells of has 1,700 tokens.
  { type: 'bash_', cost: () => ({ ...noCost, hiddenTokens: 2_000 }) },
  { type: 'text_editor_', cost: () => ({ ...noCost, hiddenTokens: 2_000 }) },
  { type: 'memory_', cost: () => ({ ...noCost, hiddenTokens: 2_000 }) },
  // Sets of up to 31 tools, each described by itself.
  { type: 'computer_', cost: () => ({ ...noCost, hiddenTokens: 20_000 }) },
  { type: 'browser_', cost: () => ({ ...noCost, hiddenTokens: 20_000 }) },
];

/** The most that a tool can cost beside the tokens of its description, or why nobody can say. */
export function toolCost(tool: JsonObject, param: string): ToolCost | Refusal {
  const { type } = tool;
  if (type === undefined || type === null || type === 'custom') return noCost;
  if (typeof type !== 'string') return wrongType(`${param}.type`, 'a string', type);
  const row = rows.find((each) => type.startsWith(each.type));
  if (row) return row.cost(tool, param);
  return notPriced(`${param}.type`, `what the tool '${type}' costs has no bound`);
}

export function isRefusal(cost: ToolCost | Refusal): cost is Refusal {
  return 'code' in cost;
}

function perUse(tool: JsonObject, param: string, tokensEach: number, isSearch: boolean): ToolCost | Refusal {
  const uses = tool['max_uses'];
  if (uses === undefined || uses === null) {
    return notPriced(
      `${param}.max_uses`,
      `without it, the number of uses has no bound; give one of at most ${USES_MAX}`,
    );
  }
  if (typeof uses !== 'number' || !Number.isInteger(uses) || uses < 1 || uses > USES_MAX) {
    return invalid(`Invalid '${param}.max_uses': expected a whole number from 1 to ${USES_MAX}.`, `${param}.max_uses`);
  }
  return { searches: isSearch ? uses : 0, rounds: uses, tokensEach, hiddenTokens: 2_000 };
}

/** A fetch costs what it reads, and its own bound is said to be approximate. */
function fetchCost(tool: JsonObject, param: string): ToolCost | Refusal {
  const most = tool['max_content_tokens'];
  if (typeof most === 'number' && Number.isInteger(most) && most > 0 && most <= FETCH_TOKENS_MAX) {
    return perUse(tool, param, most * APPROXIMATELY, false);
  }
  const field = `${param}.max_content_tokens`;
  return notPriced(field, `without it, the length of a page has no bound; give one of at most ${FETCH_TOKENS_MAX}`);
}

const FETCH_TOKENS_MAX = 200_000;
const APPROXIMATELY = 2;
