/** What a model of Gemini's takes, by its name. https://ai.google.dev/gemini-api/docs/thinking */
export interface ModelTraits {
  /** How much it thinks: by a level, by a budget of tokens, or not at all. */
  readonly thinking: 'level' | 'budget' | 'none';
  /** Whether it can be told not to think. */
  readonly canStopThinking: boolean;
  /** The least budget of a model that cannot be told so. */
  readonly budgetMinTokens: number;
  readonly budgetMaxTokens: number;
  /** The least level of thinking that it knows. */
  readonly leastLevel: 'minimal' | 'low';
  /** Calls of tools have to come back with the signature that they were given. */
  readonly needsSignatures: boolean;
}

const PRO_BUDGET_MIN_TOKENS = 128;
const PRO_BUDGET_MAX_TOKENS = 32_768;
const FLASH_BUDGET_MAX_TOKENS = 24_576;

const version = /(?:^|\/)gemini-(\d+)/;

export function traitsOf(model: string): ModelTraits {
  const major = Number(version.exec(model)?.[1] ?? 0);
  const isPro = model.includes('-pro');
  const isThinking = major >= 3 || model.includes('gemini-2.5');
  return {
    thinking: major >= 3 ? 'level' : isThinking ? 'budget' : 'none',
    canStopThinking: isThinking && !isPro && major < 3,
    budgetMinTokens: isPro ? PRO_BUDGET_MIN_TOKENS : 0,
    budgetMaxTokens: isPro ? PRO_BUDGET_MAX_TOKENS : FLASH_BUDGET_MAX_TOKENS,
    leastLevel: isPro ? 'low' : 'minimal',
    needsSignatures: major >= 3,
  };
}
