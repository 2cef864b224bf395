/** The longest wait that is passed on. A client that obeyed a provider's slip of a digit would never come back. */
export const RETRY_AFTER_TOLD_MAX_MS = 3_600_000;

/** Headers as they came. A header that was sent twice has two values, and the first counts. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const number = /^\d+(\.\d+)?$/;
/** HTTP dates begin with the day's name, while `Date.parse` also takes many a number for a date. */
const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * How long a provider asks callers to stay away: OpenAI's `retry-after-ms`, otherwise `Retry-After` in seconds or as a
 * date. Undefined if the provider says nothing, or nonsense.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  return bounded(numberIn(first(headers['retry-after-ms']))) ?? bounded(waitIn(first(headers['retry-after']), nowMs));
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
