import type { Reasoning } from '../../chat/chat-request.ts';
import type { ModelTraits } from './model-traits.ts';

/** Tokens of thinking for words of effort, where a model takes a budget. Other words (`none`, `minimal`) mean none. */
const budgets: ReadonlyMap<string, number> = new Map([
  ['low', 2_048],
  ['medium', 8_192],
  ['high', 24_576],
  ['xhigh', 32_768],
  ['max', 65_536],
]);

/** Anthropic takes no smaller budget. */
export const BUDGET_MIN_TOKENS = 1_024;

const ranks = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** What a request says of thinking, in Anthropic's fields. */
export interface EncodedThinking {
  readonly thinking?: Readonly<Record<string, unknown>>;
  readonly effort?: string;
  /** The model thinks, so that it takes no temperature. */
  readonly isOn: boolean;
  /** The client asked for thinking, and the request allows none. */
  readonly isLeftOut: boolean;
}

export interface ThinkingBounds {
  readonly maxTokens: number;
  /**
   * Whether the conversation and the choice of tools allow thinking by a budget: no tool is forced, and the last turn of
   * the assistant neither waits for a tool's result without its thoughts nor is begun by the client.
   */
  readonly allowsBudget: boolean;
}

const nothing: EncodedThinking = { isOn: false, isLeftOut: false };
const leftOut: EncodedThinking = { isOn: false, isLeftOut: true };

/** The thinking that a client asks for, as far as the model and the request allow it. */
export function encodeThinking(
  reasoning: Reasoning | undefined,
  traits: ModelTraits,
  bounds: ThinkingBounds,
): EncodedThinking {
  if (reasoning === undefined) return nothing;
  const { effort, budgetTokens, mode } = reasoning;
  const isOff = mode === 'disabled' || mode === 'between_tools' || (mode === undefined && isNoEffort(effort));
  if (isOff) return withoutThinking(reasoning, traits);
  if (effort === undefined && budgetTokens === undefined && mode === undefined) return nothing;
  if (traits.thinking === 'none') return leftOut;
  if (traits.thinking === 'manual' || (traits.thinking === 'both' && budgetTokens !== undefined)) {
    return byBudget(reasoning, bounds);
  }
  const wanted = effort ?? (budgetTokens === undefined ? undefined : effortOf(budgetTokens));
  return {
    thinking: { type: 'adaptive', ...displayOf(reasoning) },
    ...(wanted !== undefined && { effort: nearestEffort(wanted, traits.efforts) }),
    isOn: true,
    isLeftOut: false,
  };
}

function isNoEffort(effort: string | undefined): boolean {
  return effort === 'none' || effort === 'minimal';
}

function withoutThinking({ mode, effort }: Reasoning, { thinkingOff, efforts }: ModelTraits): EncodedThinking {
  if (thinkingOff === 'low') return { effort: 'low', isOn: false, isLeftOut: false };
  const isEffortTold = mode !== undefined && effort !== undefined && efforts.length > 0;
  const told = isEffortTold ? { effort: nearestEffort(effort, efforts) } : {};
  return {
    ...told,
    ...(thinkingOff !== 'omit' && { thinking: { type: thinkingOff } }),
    isOn: false,
    isLeftOut: false,
  };
}

function byBudget(reasoning: Reasoning, { maxTokens, allowsBudget }: ThinkingBounds): EncodedThinking {
  const { budgetTokens, effort } = reasoning;
  // Words leave half of the bound for the answer; a number is the client's own.
  const budget =
    budgetTokens === undefined
      ? Math.min(budgets.get(effort ?? 'high') ?? 0, Math.floor(maxTokens / 2))
      : Math.min(budgetTokens, maxTokens - 1);
  if (!allowsBudget || budget < BUDGET_MIN_TOKENS) return leftOut;
  const thinking = { type: 'enabled', budget_tokens: budget, ...displayOf(reasoning) };
  return { thinking, isOn: true, isLeftOut: false };
}

/** Only what the client says of it: the default is the model's own. */
function displayOf({ summary }: Reasoning): { readonly display?: string } {
  if (summary === undefined) return {};
  return { display: summary === 'omitted' ? 'omitted' : 'summarized' };
}

/** The word whose budget is nearest above. */
function effortOf(budgetTokens: number): string {
  for (const [word, tokens] of budgets) if (budgetTokens <= tokens) return word;
  return 'max';
}

/** The greatest effort that the model takes and that is not above the wanted one. */
function nearestEffort(wanted: string, efforts: readonly string[]): string {
  const rank = ranks.indexOf(wanted);
  const below = efforts.filter((effort) => rank === -1 || ranks.indexOf(effort) <= rank);
  return below.at(-1) ?? efforts[0] ?? 'low';
}
