/** The last event of a stream of OpenAI's: it tells an SDK that the answer is whole. */
export const doneEvent: Buffer = Buffer.from('data: [DONE]\n\n');

/** A value as one server-sent event. JSON has no line breaks of its own, so one data line is enough. */
export function sseEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A JSON text without line breaks as one event, with a name where the format gives its events one. */
export function sseEventOf(json: string, name = ''): string {
  return name === '' ? `data: ${json}\n\n` : `event: ${name}\ndata: ${json}\n\n`;
}
