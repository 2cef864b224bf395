import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import type { EncodingNotes } from '../../format.ts';
import { createToolInputUnwrapper, type ToolInputUnwrapper } from '../../translate/unwrap-tool-input.ts';

/** A call that is read. */
interface Call {
  readonly index: number;
  /** The provider's id; empty: it gave none yet. */
  id: string;
  name: string;
  isCustom: boolean;
  hasStarted: boolean;
  unwrapper: ToolInputUnwrapper | null;
  /** What came before the name did. */
  waiting: string;
}

/** Reads the calls of a choice, however they are cut: by index, or by id where a provider leaves the index out. */
export interface ToolCallReader {
  read(delta: JsonObject | null, place: number): void;
  finish(): void;
  readonly hasCalls: () => boolean;
}

export function createToolCallReader(
  choice: number,
  notes: EncodingNotes,
  emit: (part: AnswerPart) => void,
): ToolCallReader {
  const calls: Call[] = [];
  const byKey = new Map<number, Call>();

  function callOf(delta: JsonObject, place: number): Call {
    const id = textOf(delta['id']);
    const given = delta['index'];
    const key = typeof given === 'number' ? given : keyWithout(id, place);
    const known = byKey.get(key);
    // Another id under the same index is another call.
    if (known !== undefined && (id === '' || known.id === '' || known.id === id)) return known;
    const call: Call = {
      index: calls.length,
      id,
      name: '',
      isCustom: false,
      hasStarted: false,
      unwrapper: null,
      waiting: '',
    };
    calls.push(call);
    byKey.set(key, call);
    return call;
  }

  /** Without an index: the call of that id, a new one for a new id, else the newest. */
  function keyWithout(id: string, place: number): number {
    if (id === '') return Math.max(place, calls.length - 1);
    const known = [...byKey].find(([, call]) => call.id === id)?.[0];
    return known ?? calls.length;
  }

  function start(call: Call): void {
    call.hasStarted = true;
    const name = notes.toolNames?.get(call.name) ?? call.name;
    const isWrapped = !call.isCustom && notes.wrappedTools?.has(name) === true;
    if (isWrapped) call.unwrapper = createToolInputUnwrapper();
    const kind = call.isCustom || isWrapped ? 'custom' : 'function';
    const id = call.id === '' ? `call_${choice}_${call.index}` : call.id;
    emit({ type: 'tool-call-start', choice, index: call.index, id, name, kind });
    addInput(call, call.waiting);
    call.waiting = '';
  }

  function addInput(call: Call, json: string): void {
    const input = json === '' ? '' : (call.unwrapper?.push(json) ?? json);
    if (input !== '') emit({ type: 'tool-call-delta', choice, index: call.index, input });
  }

  return {
    read(delta, place) {
      if (delta === null) return;
      const call = callOf(delta, place);
      const custom = asObject(delta['custom']);
      const called = custom ?? asObject(delta['function']);
      call.id ||= textOf(delta['id']);
      call.name ||= textOf(called?.['name']);
      call.isCustom ||= custom !== null || delta['type'] === 'custom';
      const input = inputOf(called?.['arguments'] ?? called?.['input']);
      if (call.hasStarted) addInput(call, input);
      else call.waiting += input;
      if (!call.hasStarted && call.name !== '') start(call);
    },
    finish() {
      for (const call of calls) {
        if (!call.hasStarted) start(call);
        const input = call.unwrapper?.end() ?? '';
        if (input !== '') emit({ type: 'tool-call-delta', choice, index: call.index, input });
        emit({ type: 'tool-call-end', choice, index: call.index });
      }
    },
    hasCalls: () => calls.length > 0,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Some providers give the arguments as the object that they are. */
function inputOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return textOf(value);
}
