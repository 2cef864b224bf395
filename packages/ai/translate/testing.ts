import { parseObject } from '#kernel/json.ts';
import type { AnswerPart } from '../chat/answer-part.ts';
import type { AnswerReader, ReadState, StreamWriter } from '../format.ts';
import type { SseEvent } from '../sse/sse-event.ts';
import type { UsageReport } from '../usage.ts';

/** Reads events whose data is a part, or one of the words that end an answer, or a usage of so many output tokens. */
export function partReader(): AnswerReader {
  let parts: AnswerPart[] = [];
  let usage: UsageReport | null = null;
  const states = new Set<string>(['whole', 'failed', 'invalid']);

  function readText(text: string): ReadState {
    if (states.has(text)) return text as ReadState;
    const value = parseObject(text);
    if (value === null) return 'invalid';
    if (typeof value['output'] === 'number') {
      usage = { usage: { output: value['output'] }, flags: [], serviceTier: '', reported: '' };
    } else parts.push(value as unknown as AnswerPart);
    return 'open';
  }

  return {
    readDocument(document) {
      if (document['error'] !== undefined) return 'failed';
      if (!Array.isArray(document['content'])) return 'invalid';
      parts = document['content'] as AnswerPart[];
      return 'whole';
    },
    readEvent: (event: SseEvent) => readText(event.data),
    readEnd: () => 'open',
    takeParts() {
      const taken = parts;
      parts = [];
      return taken;
    },
    usage: () => usage,
    isUsageFinal: () => usage !== null,
    failure: () => ({ kind: 'server', message: 'It broke.', code: '', param: '' }),
  };
}

/** Writes each part's type, and holds the finish. */
export function typeWriter(): StreamWriter {
  let finish = '';
  return {
    write(part) {
      if (part.type === 'reasoning-delta') return '';
      if (part.type !== 'finish') return `<${part.type}>`;
      finish = part.reason;
      return '';
    },
    close: ({ usage }) => `<${finish} ${usage?.output ?? 'unknown'}>`,
  };
}
