import { asObject, type JsonObject } from '#kernel/json.ts';

/** The longest wait that is passed on. A client that obeyed a provider's slip of a digit would never come back. */
export const RETRY_AFTER_TOLD_MAX_MS = 3_600_000;

/** Headers as they came. A header that was sent twice has two values, and the first counts. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Google sends three or four. */
const DETAILS_MAX = 20;

const number = /^\d+(\.\d+)?$/;
/** HTTP dates begin with the day's name, while `Date.parse` also takes many a number for a date. */
const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * How long a provider asks callers to stay away: OpenAI's `retry-after-ms`, Azure's `x-ms-retry-after-ms`, `Retry-After` in seconds
 * or as a date, or Google's RetryInfo in its document, the first that can be read. Undefined if the provider says nothing, or
 * nonsense.
 */
export function retryAfterMs(headers: Headers, nowMs: number, document: JsonObject | null = null): number | undefined {
  return (
    bounded(numberIn(first(headers['retry-after-ms']))) ??
    bounded(numberIn(first(headers['x-ms-retry-after-ms']))) ??
    bounded(waitIn(first(headers['retry-after']), nowMs)) ??
    bounded(retryInfoMs(document))
  );
}

/** Whether a provider says that the same request is not to be sent to it again (OpenAI, Anthropic: `x-should-retry`). */
export function isNotToBeRepeated(headers: Headers): boolean {
  return first(headers['x-should-retry']).toLowerCase() === 'false';
}

/** google.rpc.RetryInfo: `{"@type": "…/google.rpc.RetryInfo", "retryDelay": "34.07s"}`. */
function retryInfoMs(document: JsonObject | null): number {
  const details = asObject(document?.['error'])?.['details'];
  if (!Array.isArray(details)) return Number.NaN;
  for (const each of details.slice(0, DETAILS_MAX)) {
    const detail = asObject(each);
    const [type, delay] = [detail?.['@type'], detail?.['retryDelay']];
    if (typeof type !== 'string' || !type.endsWith('google.rpc.RetryInfo') || typeof delay !== 'string') continue;
    return delay.endsWith('s') ? numberIn(delay.slice(0, -1)) * 1_000 : Number.NaN;
  }
  return Number.NaN;
}

function waitIn(value: string, nowMs: number): number {
  return date.test(value) ? Date.parse(value) - nowMs : numberIn(value) * 1_000;
}

function numberIn(value: string): number {
  return number.test(value) ? Number(value) : Number.NaN;
}

/** A date that has passed asks for no wait. Digits may run to infinity. */
function bounded(waitMs: number): number | undefined {
  if (Number.isNaN(waitMs)) return undefined;
  return Math.min(Math.max(0, Math.ceil(waitMs)), RETRY_AFTER_TOLD_MAX_MS);
}

function first(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim();
}
