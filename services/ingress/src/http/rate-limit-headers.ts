import type { RequestWindow } from '#contracts/quota.ts';

/** The window of the requests-per-minute quota, as OpenAI writes it. None where the user has no such quota. */
export function rateLimitHeaders(window: RequestWindow | null): Readonly<Record<string, string>> {
  if (window === null) return {};
  return {
    'x-ratelimit-limit-requests': String(window.limit),
    'x-ratelimit-remaining-requests': String(window.remaining),
    'x-ratelimit-reset-requests': durationText(window.resetMs),
  };
}

/** `120ms`, `12s`, `1.5s`, `6m0s`: OpenAI's way of writing a duration. */
export function durationText(durationMs: number): string {
  const wholeMs = Math.max(0, Math.round(durationMs));
  if (wholeMs < 1_000) return `${wholeMs}ms`;
  if (wholeMs < 60_000) return `${wholeMs / 1_000}s`;
  return `${Math.floor(wholeMs / 60_000)}m${(wholeMs % 60_000) / 1_000}s`;
}
