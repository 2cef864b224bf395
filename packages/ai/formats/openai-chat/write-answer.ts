import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { answerHead } from './answer-head.ts';
import { usageWithCost } from './closing.ts';
import type { Fields } from './encoding.ts';
import { writeFinish } from './finish.ts';
import { type ReasoningDetail, reasoningDetail } from './reasoning-details.ts';

/** A choice as it is put together. */
interface Choice {
  text: string | null;
  refusal: string | null;
  reasoning: string;
  /** The thoughts since the last proof. */
  thoughts: string;
  readonly details: ReasoningDetail[];
  readonly calls: { readonly id: string; readonly name: string; readonly kind: 'function' | 'custom'; input: string }[];
  audio: { data: string; transcript: string } | null;
  readonly others: Fields;
  finish: string;
}

/** Canonical parts as a whole chat completion. */
export function writeChatAnswer(parts: readonly AnswerPart[], end: AnswerEnd, context: AnswerContext): string {
  const choices = new Map<number, Choice>();
  let head = answerHead(null, context);
  for (const part of parts) {
    if (part.type === 'start') {
      head = answerHead(part, context);
      continue;
    }
    const choice = choices.get(part.choice) ?? emptyChoice();
    choices.set(part.choice, choice);
    add(choice, part);
  }
  const { id, created, model } = head;
  const written = [...choices.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([index, choice]) => choiceOf(index, choice, id));
  const tier = end.serviceTier === '' ? {} : { service_tier: end.serviceTier };
  const usage = end.usage === null ? undefined : usageWithCost(null, end);
  return writeJson({ id, object: 'chat.completion', created, model, ...tier, choices: written, usage });
}

function emptyChoice(): Choice {
  return {
    text: null,
    refusal: null,
    reasoning: '',
    thoughts: '',
    details: [],
    calls: [],
    audio: null,
    others: {},
    finish: 'stop',
  };
}

function add(choice: Choice, part: Exclude<AnswerPart, { type: 'start' }>): void {
  switch (part.type) {
    case 'text-delta':
      choice.text = (choice.text ?? '') + part.text;
      return;
    case 'refusal-delta':
      choice.refusal = (choice.refusal ?? '') + part.text;
      return;
    case 'reasoning-delta':
      choice.reasoning += part.text;
      choice.thoughts += part.text;
      return;
    case 'reasoning-proof':
      choice.details.push(reasoningDetail(choice.thoughts, part, choice.details.length));
      choice.thoughts = '';
      return;
    case 'tool-call-start':
      choice.calls[part.index] = { id: part.id, name: part.name, kind: part.kind, input: '' };
      return;
    case 'tool-call-delta': {
      const call = choice.calls[part.index];
      if (call !== undefined) call.input += part.input;
      return;
    }
    case 'audio-delta':
      choice.audio ??= { data: '', transcript: '' };
      choice.audio.data += part.data;
      choice.audio.transcript += part.transcript;
      return;
    case 'foreign':
      if (part.value.format === 'openai-chat') choice.others[part.value.what] = new RawJson(part.value.json);
      return;
    case 'finish':
      choice.finish = writeFinish(part.reason);
      return;
    case 'tool-call-end':
  }
}

function choiceOf(index: number, choice: Choice, answerId: string): Fields {
  const { text, refusal, reasoning, details, calls, audio, others, finish } = choice;
  const message: Fields = { role: 'assistant', content: text, refusal };
  if (reasoning !== '') message['reasoning_content'] = reasoning;
  if (details.length > 0) message['reasoning_details'] = details;
  if (audio !== null) message['audio'] = { id: `audio_${answerId}`, ...audio, expires_at: 0 };
  const called = calls.map(callOf);
  if (called.length > 0) message['tool_calls'] = called;
  return { index, message: { ...message, ...others }, logprobs: null, finish_reason: finish };
}

function callOf({ id, name, kind, input }: Choice['calls'][number]): Fields {
  if (kind === 'custom') return { id, type: 'custom', custom: { name, input } };
  return { id, type: 'function', function: { name, arguments: input } };
}
