import type { LimitWindow } from '#contracts/quota.ts';
import type { Dialect } from './dialect.ts';

/** The tightest limit of each unit, as the client's API writes it. None where no limit counts the unit. */
export function rateLimitHeaders(
  windows: readonly LimitWindow[],
  dialect: Dialect,
  nowMs: number,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { unit, limit, remaining, resetMs } of windows) {
    if (dialect === 'anthropic') {
      headers[`anthropic-ratelimit-${unit}-limit`] = String(limit);
      headers[`anthropic-ratelimit-${unit}-remaining`] = String(remaining);
      headers[`anthropic-ratelimit-${unit}-reset`] = timeText(nowMs + resetMs);
    } else {
      headers[`x-ratelimit-limit-${unit}`] = String(limit);
      headers[`x-ratelimit-remaining-${unit}`] = String(remaining);
      headers[`x-ratelimit-reset-${unit}`] = durationText(resetMs);
    }
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

/** The last second of the year 9999: a limit for ever starts anew beyond what a date can say. */
const TIME_MAX_S = 253_402_300_799;

/** `2026-01-31T12:00:00Z`, not before the time: Anthropic's way, of RFC 3339 in whole seconds. */
function timeText(atMs: number): string {
  const wholeS = Math.min(TIME_MAX_S, Math.ceil(atMs / 1_000));
  return new Date(wholeS * 1_000).toISOString().replace('.000Z', 'Z');
}
