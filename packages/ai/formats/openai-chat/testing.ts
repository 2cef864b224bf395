import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { ProviderRules, Tap, Target } from '../../format.ts';
import { unknownUsageRules } from '../../usage/read-usage.ts';

/** The end of an answer whose usage nobody told. */
export const noEnd: AnswerEnd = { usage: null, serviceTier: '' };

/** A provider as OpenAI is. */
export const openAiRules: ProviderRules = {
  maxTokensField: 'max_completion_tokens',
  takesStreamOptions: true,
  renamed: {},
  refused: [],
  usage: unknownUsageRules,
};

export function testTap(tap: Partial<Tap>): Tap {
  return { stream: false, rules: openAiRules, isUsageHidden: true, tellsCost: false, ...tap };
}

export function testTarget(target: Partial<Target> = {}): Target {
  return { model: 'm', stream: false, outputTokensMax: 500, rules: openAiRules, dropsUnplaced: false, ...target };
}
