import type { AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext, StreamWriter } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { doneEvent, sseEventOf } from '../../sse/write-sse-event.ts';
import { type AnswerHead, answerHead } from '../openai-chat/answer-head.ts';
import { asksForUsage } from '../openai-chat/ask.ts';
import { usageWithCost } from '../openai-chat/closing.ts';
import { writeFinish } from '../openai-chat/finish.ts';

/** The beginning of ids of text completions. */
export const ID_PREFIX = 'cmpl-';

/** Writes the text of canonical parts as chunks of a text completion. Thoughts and calls have no place there. */
export function openCompletionWriter(context: AnswerContext): StreamWriter {
  const finishes: string[] = [];
  let head = answerHead(null, context, ID_PREFIX);
  return {
    write(part) {
      if (part.type === 'start') head = answerHead(part, context, ID_PREFIX);
      if (part.type === 'finish') finishes.push(chunk(head, part.choice, '', writeFinish(part.reason)));
      const text = textOf(part);
      return text === null ? '' : chunk(head, text.choice, text.text, null);
    },
    close(end) {
      const tier = end.serviceTier === '' ? {} : { service_tier: end.serviceTier };
      const usage = asksForUsage(context.body) && end.usage !== null;
      const told = { ...headOf(head), ...tier, choices: [], usage: usageWithCost(null, end) };
      return finishes.join('') + (usage ? sseEventOf(writeJson(told)) : '') + doneEvent.toString();
    },
  };
}

/** The text that a part adds: what a model will not do is said in text as well. null: it adds none. */
export function textOf(part: AnswerPart): { readonly choice: number; readonly text: string } | null {
  return part.type === 'text-delta' || part.type === 'refusal-delta' ? part : null;
}

export function headOf({ id, created, model }: AnswerHead) {
  return { id, object: 'text_completion', created, model } as const;
}

function chunk(head: AnswerHead, index: number, text: string, finishReason: string | null): string {
  return sseEventOf(
    writeJson({ ...headOf(head), choices: [{ text, index, logprobs: null, finish_reason: finishReason }] }),
  );
}
