import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { answerHead } from '../openai-chat/answer-head.ts';
import { usageWithCost } from '../openai-chat/closing.ts';
import { writeFinish } from '../openai-chat/finish.ts';
import { headOf, ID_PREFIX, textOf } from './stream-writer.ts';

/** The text of canonical parts as a whole text completion. */
export function writeCompletionAnswer(parts: readonly AnswerPart[], end: AnswerEnd, context: AnswerContext): string {
  const texts = new Map<number, string>();
  const finishes = new Map<number, string>();
  let head = answerHead(null, context, ID_PREFIX);
  for (const part of parts) {
    if (part.type === 'start') head = answerHead(part, context, ID_PREFIX);
    if (part.type === 'finish') finishes.set(part.choice, writeFinish(part.reason));
    const text = textOf(part);
    if (text !== null) texts.set(text.choice, (texts.get(text.choice) ?? '') + text.text);
  }
  const choices = [...new Set([...texts.keys(), ...finishes.keys()])]
    .toSorted((a, b) => a - b)
    .map((index) => ({
      text: texts.get(index) ?? '',
      index,
      logprobs: null,
      finish_reason: finishes.get(index) ?? 'stop',
    }));
  const usage = end.usage === null ? undefined : usageWithCost(null, end);
  const tier = end.serviceTier === '' ? {} : { service_tier: end.serviceTier };
  return writeJson({ ...headOf(head), ...tier, choices, usage });
}
