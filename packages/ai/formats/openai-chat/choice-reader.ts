import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import type { EncodingNotes } from '../../format.ts';
import { isFinish } from './event-scan.ts';
import { finishReasonOf } from './finish.ts';
import { createToolCallReader } from './tool-call-reader.ts';

/** Reads one choice of an answer, in one message or in many deltas. */
export interface ChoiceReader {
  read(said: JsonObject, finishReason: unknown): void;
  readonly hasFinish: () => boolean;
  /** The answer is whole: the choice's calls end, and the choice. */
  finish(): void;
}

export function createChoiceReader(
  choice: number,
  notes: EncodingNotes,
  emit: (part: AnswerPart) => void,
): ChoiceReader {
  const calls = createToolCallReader(choice, notes, emit);
  let reason: unknown = null;

  function text(type: 'text-delta' | 'refusal-delta' | 'reasoning-delta', said: unknown): void {
    if (typeof said === 'string' && said !== '') emit({ type, choice, text: said });
  }

  function content(said: unknown): void {
    if (!Array.isArray(said)) {
      text('text-delta', said);
      return;
    }
    // Mistral's parts, with the thoughts among them.
    for (const value of said) {
      const part = asObject(value);
      if (part?.['type'] === 'thinking') text('reasoning-delta', thoughtsIn(part['thinking']));
      else text('text-delta', part?.['text']);
    }
  }

  return {
    read(said, finishReason) {
      text('reasoning-delta', reasoningIn(said));
      content(said['content']);
      text('refusal-delta', said['refusal']);
      sound(asObject(said['audio']), choice, emit);
      const annotations = asArray(said['annotations']);
      if (annotations.length > 0) {
        const json = JSON.stringify(annotations);
        emit({ type: 'foreign', choice, value: { type: 'foreign', format: 'openai-chat', what: 'annotations', json } });
      }
      for (const [place, call] of asArray(said['tool_calls']).entries()) calls.read(asObject(call), place);
      const old = asObject(said['function_call']);
      if (old !== null) calls.read({ index: 0, function: old }, 0);
      if (isFinish(finishReason)) reason = finishReason;
    },
    hasFinish: () => reason !== null,
    finish() {
      calls.finish();
      emit({ type: 'finish', choice, reason: finishReasonOf(reason, calls.hasCalls()) });
    },
  };
}

/** The thoughts by whichever name the provider has for them; some write two. */
function reasoningIn(said: JsonObject): unknown {
  const plain = said['reasoning_content'] ?? said['reasoning'];
  if (typeof plain === 'string') return plain;
  return asArray(said['reasoning_details'])
    .map((detail) => asObject(detail)?.['text'] ?? asObject(detail)?.['summary'])
    .filter((text) => typeof text === 'string')
    .join('');
}

function thoughtsIn(thinking: unknown): unknown {
  if (!Array.isArray(thinking)) return thinking;
  return thinking.map((part) => asObject(part)?.['text'] ?? '').join('');
}

function sound(audio: JsonObject | null, choice: number, emit: (part: AnswerPart) => void): void {
  if (audio === null) return;
  const data = typeof audio['data'] === 'string' ? audio['data'] : '';
  const transcript = typeof audio['transcript'] === 'string' ? audio['transcript'] : '';
  if (data !== '' || transcript !== '') emit({ type: 'audio-delta', choice, data, transcript });
}
