/** Answers of an OpenAI-compatible provider, to the byte. */
type Fields = Readonly<Record<string, unknown>>;

const base = { id: 'c1', created: 1, model: 'm' };

export function completion(
  message: Fields,
  usage: unknown = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
  finish = 'stop',
): string {
  const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }];
  return JSON.stringify({ ...base, object: 'chat.completion', choices, ...(usage === null ? {} : { usage }) });
}

/** One chunk as an event. */
export function chunk(delta: Fields, finish: string | null = null, more: Fields = {}): string {
  return event({
    ...base,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  });
}

export const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };

export function usageChunk(reported: unknown = usage, choices: unknown = []): string {
  return event({
    ...base,
    object: 'chat.completion.chunk',
    ...(choices === undefined ? {} : { choices }),
    usage: reported,
  });
}

export function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

export const DONE = 'data: [DONE]\n\n';

/** What the usual prices make of the usual usage: 100 input at 1 USD a million and 50 output at 2. */
export const USUAL_NANO_USD = 200_000n;
