import type { AnswerEnd } from '../../chat/answer-part.ts';
import { RawJson } from '../../json/write-json.ts';
import { costText } from '../../usage/cost-text.ts';
import { answerTokensOf, noUsage, promptTokensOf } from '../../usage.ts';

/** Usage as Gemini's clients read it: the prompt with what was cached, thoughts beside the answer. */
export function writeUsage({ usage, costNanoUsd }: AnswerEnd): Readonly<Record<string, unknown>> {
  const { cached_input = 0, cached_audio_input = 0, reasoning = 0 } = usage ?? noUsage;
  const prompt = promptTokensOf(usage ?? noUsage);
  const answer = answerTokensOf(usage ?? noUsage);
  const cached = cached_input + cached_audio_input;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: answer - reasoning,
    totalTokenCount: prompt + answer,
    cachedContentTokenCount: cached > 0 ? cached : undefined,
    thoughtsTokenCount: reasoning > 0 ? reasoning : undefined,
    ...(costNanoUsd !== undefined && { cost: new RawJson(costText(costNanoUsd)) }),
  };
}
