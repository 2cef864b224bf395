import type { Reasoning } from '../../chat/chat-request.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { encodeThinking as encodeClaudeThinking, type ThinkingBounds } from '../anthropic-messages/encode-thinking.ts';
import type { ModelTraits } from './model-traits.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a request says of thinking, in the fields of the model's maker. */
export interface EncodedThinking {
  /** Of `additionalModelRequestFields`. */
  readonly fields: Fields;
  /** `outputConfig.effort`. */
  readonly effort?: string | undefined;
  /** The model thinks, so that Claude takes no temperature. */
  readonly isOn: boolean;
}

const nothing: EncodedThinking = { fields: {}, isOn: false };

/** Words of effort in the three that other makers have. Claude's have a table of their own. */
const efforts: ReadonlyMap<string, string> = new Map([
  ['none', 'low'],
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
]);

/** Budgets of tokens as words: as many as Claude is given for them. */
const LOW_BUDGET_TOKENS = 2_048;
const MEDIUM_BUDGET_TOKENS = 8_192;

/** A model that cannot be told is told nothing, and the client is told. */
export function encodeThinking(
  reasoning: Reasoning | undefined,
  traits: ModelTraits,
  bounds: ThinkingBounds,
  unplaced: Unplaced,
): EncodedThinking {
  if (reasoning === undefined) return nothing;
  if (traits.claude !== null) {
    const { thinking, effort, isOn, isLeftOut } = encodeClaudeThinking(reasoning, traits.claude, bounds);
    if (isLeftOut) unplaced.tell('reasoning');
    return { fields: { thinking }, effort, isOn };
  }
  const effort = effortOf(reasoning);
  if (effort === undefined) return nothing;
  switch (traits.thinking) {
    case 'nova':
      return { fields: { reasoningConfig: novaConfig(reasoning, effort, unplaced) }, isOn: false };
    case 'effort':
      return { fields: { reasoning_effort: effort }, isOn: false };
    case 'nested-effort':
      return { fields: { reasoning: { effort } }, isOn: false };
    default:
      if (!isOff(reasoning)) unplaced.tell('reasoning');
      return nothing;
  }
}

/** A high effort takes no bound of the answer, which every request has: `medium` is the most. */
function novaConfig(reasoning: Reasoning, effort: string, unplaced: Unplaced): Fields {
  if (isOff(reasoning)) return { type: 'disabled' };
  if (effort === 'high') unplaced.tell('reasoning');
  return { type: 'enabled', maxReasoningEffort: effort === 'high' ? 'medium' : effort };
}

function isOff({ effort, mode, budgetTokens }: Reasoning): boolean {
  return effort === 'none' || mode === 'disabled' || budgetTokens === 0;
}

/** undefined: the client says nothing of how much. */
function effortOf(reasoning: Reasoning): string | undefined {
  const { effort, budgetTokens, mode } = reasoning;
  if (isOff(reasoning)) return 'low';
  if (effort !== undefined) return efforts.get(effort) ?? 'medium';
  if (budgetTokens === undefined) return mode === undefined ? undefined : 'medium';
  if (budgetTokens <= LOW_BUDGET_TOKENS) return 'low';
  return budgetTokens <= MEDIUM_BUDGET_TOKENS ? 'medium' : 'high';
}
