/** The last event of a stream: it tells an SDK that the answer is whole. */
export const doneEvent: Buffer = Buffer.from('data: [DONE]\n\n');

/** A value as one server-sent event. JSON has no line breaks of its own, so one data line is enough. */
export function sseEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** What the lines of one server-sent event say. */
export interface SseFields {
  /** The data lines, joined; null where there is none (a comment, a bare `event:`). */
  readonly data: string | null;
  /** Every line is a comment or a field of the format: else it is no server-sent event at all. */
  readonly isWellFormed: boolean;
}

const knownField = /^(data|event|id|retry)(:|$)/;

/** Reads one event's lines, the blank line at its end included or not. */
export function readSseFields(event: string): SseFields {
  const data: string[] = [];
  let isWellFormed = true;
  for (const line of event.split(/\r?\n/)) {
    if (line === '' || line.startsWith(':')) continue;
    if (!knownField.test(line)) isWellFormed = false;
    if (line === 'data') data.push('');
    if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
  }
  return { data: data.length > 0 ? data.join('\n') : null, isWellFormed };
}
