import { errorTable, type Refusal } from '#errors/error-table.ts';
import { responseIdOf } from './item-ids.ts';

/**
 * Codes that clients of this format act on in the middle of a stream. Codex ends at an empty balance and a full context,
 * waits for as long as the words of a rate limit say, and tries anything else again.
 */
const codes: ReadonlyMap<string, string> = new Map([
  ['insufficient_balance', 'insufficient_quota'],
  ['quota_exceeded', 'rate_limit_exceeded'],
  ['rate_limit_exceeded', 'rate_limit_exceeded'],
  ['upstream_rate_limited', 'rate_limit_exceeded'],
  ['context_length_exceeded', 'context_length_exceeded'],
  ['content_filter', 'invalid_prompt'],
]);

/** After all that can have been sent: who writes an error does not know how many events came before. */
const LAST_SEQUENCE_NUMBER = 2 ** 31 - 1;

/**
 * What the client of a stream is told of a failure in the middle of an answer. The SDKs raise the `error` event; Codex looks
 * for the response that failed.
 */
export function errorEvent(refusal: Refusal, requestId: string): string {
  const { code, message } = failureOf(refusal);
  const param = refusal.param ?? null;
  const error = { type: errorTable[refusal.code].type, code, message, param };
  const event = { type: 'error', sequence_number: LAST_SEQUENCE_NUMBER - 1, code, message, param, error };
  const failed = {
    type: 'response.failed',
    sequence_number: LAST_SEQUENCE_NUMBER,
    response: {
      id: responseIdOf(requestId),
      object: 'response',
      status: 'failed',
      error: { code, message },
      incomplete_details: null,
      output: [],
      usage: null,
    },
  };
  return `event: error\ndata: ${JSON.stringify(event)}\n\nevent: response.failed\ndata: ${JSON.stringify(failed)}\n\n`;
}

/** What a response that failed says of its failure. */
export function failureOf(refusal: Refusal): { readonly code: string; readonly message: string } {
  const code = codeOf(refusal);
  return { code, message: withDelay(refusal, code) };
}

function codeOf(refusal: Refusal): string {
  const known = codes.get(refusal.code);
  if (known !== undefined) return known;
  // A client that tries again what cannot succeed pays for each try.
  return errorTable[refusal.code].isRetryable ? 'server_error' : 'invalid_prompt';
}

const MS_PER_S = 1_000;

/** A stream has no Retry-After: the delay stands in the words. */
function withDelay({ message, retryAfterMs }: Refusal, code: string): string {
  if (code !== 'rate_limit_exceeded' || retryAfterMs === undefined) return message;
  if (/try again in\s*[\d.]+\s*(?:s|ms|seconds?)\b/i.test(message)) return message;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / MS_PER_S));
  return `${withoutEnd(message)}. Please try again in ${seconds}s.`;
}

/** Without the stops and spaces at its end. A pattern for them takes time by the square of a long run of them. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '.' || text[end - 1]?.trim() === '')) end -= 1;
  return text.slice(0, end);
}
