import type { AnswerPart, FinishReason } from '../../chat/answer-part.ts';
import type { FormatName, Reading } from '../../format.ts';
import { createToolInputUnwrapper } from '../../translate/unwrap-tool-input.ts';

/** A tool call whose input is being read. */
export interface OpenCall {
  /** The next piece of the input, as JSON. */
  input(json: string): void;
  end(): void;
}

/** Collects an answer's parts in the client's terms: names of tools as it knows them, wrapped tools unwrapped. */
export interface PartCollector {
  start(id: unknown, model: unknown): void;
  readonly hasStarted: () => boolean;
  text(text: string): void;
  thinking(text: string): void;
  proof(kind: 'signature' | 'redacted', value: string): void;
  call(id: unknown, name: unknown): OpenCall;
  foreign(what: string, json: string): void;
  finish(stopReason: unknown, stopSequence: unknown): void;
  take(): readonly AnswerPart[];
}

/** What differs between the formats whose answers are read so. */
export interface Collected {
  readonly format: FormatName;
  /** `hasCalls`: a tool of the client's was called. */
  finishReasonOf(stopReason: unknown, hasCalls: boolean): FinishReason;
}

const CHOICE = 0;

export function createPartCollector(
  { notes, model: asked }: Reading,
  { format, finishReasonOf }: Collected,
): PartCollector {
  let parts: AnswerPart[] = [];
  let hasStarted = false;
  let calls = 0;

  function input(index: number, json: string): void {
    if (json !== '') parts.push({ type: 'tool-call-delta', choice: CHOICE, index, input: json });
  }

  /** The input of the tool that stands in for JSON is the answer's text. */
  const jsonCall: OpenCall = { input: (json) => pushText(json), end: () => undefined };

  function openCall(id: string, name: string): OpenCall {
    const index = calls;
    const unwrapper = notes.wrappedTools?.has(name) === true ? createToolInputUnwrapper() : null;
    calls += 1;
    parts.push({ type: 'tool-call-start', choice: CHOICE, index, id, name, kind: unwrapper ? 'custom' : 'function' });
    return {
      input: (json) => input(index, unwrapper ? unwrapper.push(json) : json),
      end() {
        if (unwrapper) input(index, unwrapper.end());
        parts.push({ type: 'tool-call-end', choice: CHOICE, index });
      },
    };
  }

  function pushText(text: string): void {
    if (text !== '') parts.push({ type: 'text-delta', choice: CHOICE, text });
  }

  return {
    start(id, model) {
      if (hasStarted) return;
      hasStarted = true;
      parts.push({
        type: 'start',
        id: typeof id === 'string' ? id : '',
        model: typeof model === 'string' && model !== '' ? model : asked,
        createdAtS: Math.floor(Date.now() / 1000),
      });
    },
    hasStarted: () => hasStarted,
    text: pushText,
    thinking(text) {
      if (text !== '') parts.push({ type: 'reasoning-delta', choice: CHOICE, text });
    },
    proof(kind, value) {
      if (value !== '') parts.push({ type: 'reasoning-proof', choice: CHOICE, format, kind, value });
    },
    call(id, name) {
      const sent = typeof name === 'string' ? name : '';
      if (sent === notes.jsonToolName) return jsonCall;
      return openCall(typeof id === 'string' ? id : '', notes.toolNames?.get(sent) ?? sent);
    },
    foreign(what, json) {
      parts.push({ type: 'foreign', choice: CHOICE, value: { type: 'foreign', format, what, json } });
    },
    finish(stopReason, stopSequence) {
      const reason = finishReasonOf(stopReason, calls > 0);
      const sequence = typeof stopSequence === 'string' ? stopSequence : null;
      parts.push({ type: 'finish', choice: CHOICE, reason, stopSequence: sequence });
    },
    take() {
      const taken = parts;
      parts = [];
      return taken;
    },
  };
}
