import { setTimeout as pause } from 'node:timers/promises';
import type { CompleteFrame } from '#contracts/router.ts';
import { aborted, data, end, head } from '../../testing.ts';

const THEIRS = 'resp_of_the_provider';

/** A provider's event. Its numbers begin where it likes. */
export function event(type: string, fields: object, sequence = 40): CompleteFrame {
  return data(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...fields })}\n\n`);
}

const item = { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] };
const response = (status: string, more: object = {}) => ({
  response: { id: THEIRS, object: 'response', status, model: 'gpt-test-1', output: [], error: null, ...more },
});

/** What comes before the answer's text is whole. */
export const beginning: readonly CompleteFrame[] = [
  head('text/event-stream'),
  event('response.created', response('in_progress')),
  event('response.in_progress', response('in_progress')),
  event('response.output_item.added', { output_index: 0, item: { ...item, content: [] } }),
  event('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Hello' }),
];

export const itemDone = event('response.output_item.done', { output_index: 0, item });

export const ending: readonly CompleteFrame[] = [
  itemDone,
  event('response.completed', response('completed', { output: [item], usage: { total_tokens: 7 } })),
  end,
];

/** A provider that answers when it is told to, and ends when nobody waits any more. */
export function gatedProvider() {
  const gate = Promise.withResolvers<void>();
  return {
    open: gate.resolve,
    async *frames(_request: unknown, signal: AbortSignal): AsyncGenerator<CompleteFrame> {
      yield* beginning;
      yield itemDone;
      await Promise.race([gate.promise, aborted(signal)]);
      if (signal.aborted) yield end;
      else yield* ending.slice(1);
    },
  };
}

export interface Told {
  readonly type: string;
  readonly sequence_number: number;
  readonly response?: Readonly<Record<string, unknown>>;
}

/** The events of a stream's text. */
export function eventsIn(text: string): readonly Told[] {
  return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => JSON.parse(json) as Told);
}

/** Asks until it is so, at the pace of what is written once a second. */
export async function eventually<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await pause(20);
  }
}
