import type { Span } from './over-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What can be looked at, and how finely. */
export const periods = {
  '1 h': { ms: HOUR_MS, interval: 'minute', intervalMs: MINUTE_MS },
  '24 h': { ms: DAY_MS, interval: 'hour', intervalMs: HOUR_MS },
  '7 d': { ms: 7 * DAY_MS, interval: 'hour', intervalMs: HOUR_MS },
  '30 d': { ms: 30 * DAY_MS, interval: 'day', intervalMs: DAY_MS },
  '90 d': { ms: 90 * DAY_MS, interval: 'day', intervalMs: DAY_MS },
} as const;

export type Period = keyof typeof periods;

export function periodOf(text: string | undefined, otherwise: Period): Period {
  return text !== undefined && text in periods ? (text as Period) : otherwise;
}

/** The period that ends now, to the minute: a query that changes with every millisecond is never kept. */
export function spanOf(period: Period, nowMs: number): Span & { readonly from: string } {
  const { ms, intervalMs } = periods[period];
  const toMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  return { fromMs: toMs - ms, toMs, intervalMs, from: new Date(toMs - ms).toISOString() };
}
