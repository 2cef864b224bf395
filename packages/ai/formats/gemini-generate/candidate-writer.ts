import { parseObject } from '#kernel/json.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import { RawJson } from '../../json/write-json.ts';
import { geminiReasonOf } from './finish.ts';
import { FORMAT } from './format-name.ts';

/** A part as Gemini's clients read it. */
type Written = Record<string, unknown> | RawJson;

interface OpenCall {
  readonly id: string;
  readonly name: string;
  input: string;
}

/** The parts of one candidate that are complete, and why it stopped. */
export interface Candidate {
  parts: Written[];
  finishReason: string | null;
}

/** Puts an answer's parts together as those of candidates. A call's input is gathered: Gemini gives a call in one piece. */
export interface CandidateWriter {
  add(part: AnswerPart): void;
  /** By choice, in the order in which they began. */
  readonly candidates: ReadonlyMap<number, Candidate>;
}

export function createCandidateWriter(): CandidateWriter {
  const candidates = new Map<number, Candidate>();
  const open = new Map<string, OpenCall>();
  /** A signature that stands on the next call. */
  const signatures = new Map<number, string>();

  function candidateOf(choice: number): Candidate {
    const known = candidates.get(choice);
    if (known !== undefined) return known;
    const begun: Candidate = { parts: [], finishReason: null };
    candidates.set(choice, begun);
    return begun;
  }

  function text(choice: number, added: string, isThought: boolean): void {
    const { parts } = candidateOf(choice);
    const last = parts.at(-1);
    const isSame = last !== undefined && !(last instanceof RawJson) && typeof last['text'] === 'string';
    if (isSame && (last['thought'] === true) === isThought) last['text'] = `${String(last['text'])}${added}`;
    else parts.push(isThought ? { text: added, thought: true } : { text: added });
  }

  function endCall(choice: number, index: number): void {
    const key = `${choice} ${index}`;
    const call = open.get(key);
    if (call === undefined) return;
    open.delete(key);
    const thoughtSignature = signatures.get(choice);
    signatures.delete(choice);
    const args = call.input.trim() === '' ? {} : argsOf(call.input);
    const part = { functionCall: { id: call.id, name: call.name, args } };
    candidateOf(choice).parts.push(thoughtSignature === undefined ? part : { ...part, thoughtSignature });
  }

  return {
    candidates,
    add(part) {
      switch (part.type) {
        case 'start':
        case 'audio-delta':
          return;
        case 'text-delta':
        case 'refusal-delta':
          text(part.choice, part.text, false);
          return;
        case 'reasoning-delta':
          text(part.choice, part.text, true);
          return;
        case 'reasoning-proof':
          if (part.format === FORMAT && part.kind === 'signature') signatures.set(part.choice, part.value);
          return;
        case 'tool-call-start':
          open.set(`${part.choice} ${part.index}`, { id: part.id, name: part.name, input: '' });
          return;
        case 'tool-call-delta': {
          const call = open.get(`${part.choice} ${part.index}`);
          if (call !== undefined) call.input += part.input;
          return;
        }
        case 'tool-call-end':
          endCall(part.choice, part.index);
          return;
        case 'foreign':
          if (part.value.format === FORMAT) candidateOf(part.choice).parts.push(new RawJson(part.value.json));
          return;
        case 'finish':
          candidateOf(part.choice).finishReason = geminiReasonOf(part.reason);
      }
    },
  };
}

/** What a model wrote as input, if it is an object; else as the text it is, because an empty object would hide it. */
function argsOf(input: string): unknown {
  return parseObject(input) === null ? { input } : new RawJson(input);
}
