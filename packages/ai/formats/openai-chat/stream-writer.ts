import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext, StreamWriter } from '../../format.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { doneEvent, sseEventOf } from '../../sse/write-sse-event.ts';
import { type AnswerHead, answerHead } from './answer-head.ts';
import { asksForUsage } from './ask.ts';
import { usageWithCost } from './closing.ts';
import type { Fields } from './encoding.ts';
import { writeFinish } from './finish.ts';
import { reasoningDetail } from './reasoning-details.ts';

/** What has been written of a choice. */
interface ChoiceState {
  /** The text of the block of thoughts that is open, for its proof. */
  thoughts: string;
  proofs: number;
  readonly kinds: Map<number, 'function' | 'custom'>;
}

/** Writes canonical parts as chunks of a chat completion. */
export function openChatWriter(context: AnswerContext): StreamWriter {
  const choices = new Map<number, ChoiceState>();
  const finishes: string[] = [];
  let head: AnswerHead = answerHead(null, context);

  function chunk(choice: number, delta: Fields, finishReason: string | null = null): string {
    const written = { index: choice, delta, logprobs: null, finish_reason: finishReason };
    return sseEventOf(writeJson({ ...chunkHead(head), choices: [written] }));
  }

  /** The chunk that begins a choice; empty: it has begun. */
  function opening(choice: number): string {
    if (choices.has(choice)) return '';
    choices.set(choice, { thoughts: '', proofs: 0, kinds: new Map() });
    return chunk(choice, { role: 'assistant', content: '' });
  }

  return {
    write(part) {
      if (part.type === 'start') {
        head = answerHead(part, context);
        return '';
      }
      if (part.type === 'finish') {
        finishes.push(opening(part.choice) + chunk(part.choice, {}, writeFinish(part.reason)));
        return '';
      }
      const begun = opening(part.choice);
      const state = choices.get(part.choice);
      const delta = state === undefined ? null : deltaOf(part, state);
      return delta === null ? begun : begun + chunk(part.choice, delta);
    },
    close: (end) => finishes.join('') + usageChunk(head, context, end) + doneEvent.toString(),
  };
}

function chunkHead({ id, created, model }: AnswerHead): Fields {
  return { id, object: 'chat.completion.chunk', created, model };
}

function deltaOf(part: Exclude<AnswerPart, { type: 'start' | 'finish' }>, state: ChoiceState): Fields | null {
  switch (part.type) {
    case 'text-delta':
      return { content: part.text };
    case 'refusal-delta':
      return { refusal: part.text };
    case 'reasoning-delta':
      state.thoughts += part.text;
      return { reasoning_content: part.text };
    case 'reasoning-proof': {
      const detail = reasoningDetail(state.thoughts, part, state.proofs);
      state.thoughts = '';
      state.proofs += 1;
      return { reasoning_details: [detail] };
    }
    case 'tool-call-start': {
      state.kinds.set(part.index, part.kind);
      const { index, id, kind, name } = part;
      const called = kind === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } };
      return { tool_calls: [{ index, id, type: kind, ...called }] };
    }
    case 'tool-call-delta': {
      const { index, input } = part;
      const isCustom = state.kinds.get(index) === 'custom';
      return { tool_calls: [{ index, ...(isCustom ? { custom: { input } } : { function: { arguments: input } }) }] };
    }
    case 'audio-delta':
      return { audio: { data: part.data, transcript: part.transcript } };
    case 'foreign':
      return part.value.format === 'openai-chat' ? { [part.value.what]: new RawJson(part.value.json) } : null;
    case 'tool-call-end':
      return null;
  }
}

/** For a client that asked for it. */
function usageChunk(head: AnswerHead, { body }: AnswerContext, end: AnswerEnd): string {
  if (!asksForUsage(body) || end.usage === null) return '';
  const tier = end.serviceTier === '' ? {} : { service_tier: end.serviceTier };
  return sseEventOf(writeJson({ ...chunkHead(head), ...tier, choices: [], usage: usageWithCost(null, end) }));
}
