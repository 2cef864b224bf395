import type { Reasoning } from '../../chat/chat-request.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import type { ModelTraits } from './model-traits.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Google's own table for OpenAI's efforts: https://ai.google.dev/gemini-api/docs/openai#thinking */
const budgets: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['minimal', 1_024],
  ['low', 1_024],
  ['medium', 8_192],
  ['high', 24_576],
  ['xhigh', 32_768],
  ['max', 32_768],
]);

const levels: ReadonlyMap<string, string> = new Map([
  ['none', 'minimal'],
  ['minimal', 'minimal'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
]);

/** Budgets of other makers as levels: where Google's own table puts them. */
const LOW_BUDGET_TOKENS = 1_024;
const MEDIUM_BUDGET_TOKENS = 8_192;

/** `thinkingConfig`; undefined: the model's own. A model that does not think is told nothing of it. */
export function encodeThinking(
  reasoning: Reasoning | undefined,
  traits: ModelTraits,
  unplaced: Unplaced,
): Fields | undefined {
  if (reasoning === undefined || saysNothing(reasoning)) return undefined;
  if (traits.thinking === 'none') {
    if (!isOff(reasoning)) unplaced.tell('reasoning');
    return undefined;
  }
  const includeThoughts = isOff(reasoning) || reasoning.summary === 'omitted' ? undefined : true;
  if (traits.thinking === 'level') return { thinkingLevel: levelOf(reasoning, traits), includeThoughts };
  const budget = budgetOf(reasoning);
  if (budget === undefined) return { includeThoughts };
  if (budget === 0 && traits.canStopThinking) return { thinkingBudget: 0 };
  const thinkingBudget = Math.min(Math.max(budget, traits.budgetMinTokens), traits.budgetMaxTokens);
  return { thinkingBudget, includeThoughts };
}

function saysNothing({ effort, budgetTokens, mode, summary }: Reasoning): boolean {
  return effort === undefined && budgetTokens === undefined && mode === undefined && summary === undefined;
}

function isOff({ effort, mode, budgetTokens }: Reasoning): boolean {
  return effort === 'none' || mode === 'disabled' || budgetTokens === 0;
}

function levelOf(reasoning: Reasoning, { leastLevel }: ModelTraits): string | undefined {
  const { effort, budgetTokens } = reasoning;
  const level = effort === undefined ? undefined : levels.get(effort);
  if (isOff(reasoning) || level === 'minimal') return leastLevel;
  if (effort !== undefined) return level;
  if (budgetTokens === undefined) return undefined;
  if (budgetTokens <= LOW_BUDGET_TOKENS) return 'low';
  return budgetTokens <= MEDIUM_BUDGET_TOKENS ? 'medium' : 'high';
}

function budgetOf(reasoning: Reasoning): number | undefined {
  if (isOff(reasoning)) return 0;
  return reasoning.budgetTokens ?? (reasoning.effort === undefined ? undefined : budgets.get(reasoning.effort));
}
