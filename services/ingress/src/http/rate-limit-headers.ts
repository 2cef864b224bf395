import type { LimitWindow } from '#contracts/quota.ts';

/** The tightest limit of each unit, as OpenAI writes it. None where no limit counts the unit. */
export function rateLimitHeaders(windows: readonly LimitWindow[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { unit, limit, remaining, resetMs } of windows) {
    headers[`x-ratelimit-limit-${unit}`] = String(limit);
    headers[`x-ratelimit-remaining-${unit}`] = String(remaining);
    headers[`x-ratelimit-reset-${unit}`] = durationText(resetMs);
  }
  return headers;
}

/** `120ms`, `12s`, `1.5s`, `6m0s`: OpenAI's way of writing a duration. */
export function durationText(durationMs: number): string {
  const wholeMs = Math.max(0, Math.round(durationMs));
  if (wholeMs < 1_000) return `${wholeMs}ms`;
  if (wholeMs < 60_000) return `${wholeMs / 1_000}s`;
  return `${Math.floor(wholeMs / 60_000)}m${(wholeMs % 60_000) / 1_000}s`;
}
