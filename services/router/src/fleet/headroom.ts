import { type RateHeaders, readRateHeaders } from './rate-headers.ts';

/** In parts of ten thousand: nothing is used, or nothing is known. */
export const FULL_HEADROOM = 10_000;

/** Most rate limits are by the minute. */
const RESET_DEFAULT_MS = 60_000;

interface KnownLimit {
  readonly what: string;
  readonly limit: number;
  remaining: number;
  readonly resetAtMs: number;
  readonly isRequests: boolean;
}

/** What is left of a provider's rate limits, as its last answers told. */
export interface Headroom {
  tell(headers: RateHeaders, nowMs: number): void;
  /** A request was sent, of which no answer has told yet. */
  sent(): void;
  /** Nothing is left of one of them. */
  isExhausted(nowMs: number): boolean;
  /** The tightest in parts of ten thousand; undefined: no answer has told any. A limit is whole again when it starts anew. */
  basisPoints(nowMs: number): number | undefined;
}

export function createHeadroom(): Headroom {
  let limits: readonly KnownLimit[] = [];
  let exhaustedUntilMs = 0;

  function noteExhausted({ remaining, resetAtMs }: KnownLimit): void {
    if (remaining < 1) exhaustedUntilMs = Math.max(exhaustedUntilMs, resetAtMs);
  }

  return {
    tell(headers, nowMs) {
      const told = readRateHeaders(headers, nowMs);
      if (told.size === 0) return;
      const next: KnownLimit[] = [];
      for (const [what, { limit, remaining, resetAtMs = nowMs + RESET_DEFAULT_MS }] of told) {
        if (remaining === undefined) continue;
        // Azure tells what is left, and not of how much: of the most that was ever left.
        const whole = limit ?? Math.max(limits.find((known) => known.what === what)?.limit ?? 0, remaining);
        if (whole > 0) next.push({ what, limit: whole, remaining, resetAtMs, isRequests: what.includes('req') });
      }
      if (next.length === 0) return;
      limits = next;
      exhaustedUntilMs = 0;
      for (const limit of limits) noteExhausted(limit);
    },
    sent() {
      for (const limit of limits) {
        if (!limit.isRequests || limit.remaining < 1) continue;
        limit.remaining -= 1;
        noteExhausted(limit);
      }
    },
    isExhausted: (nowMs) => nowMs < exhaustedUntilMs,
    basisPoints(nowMs) {
      if (limits.length === 0) return undefined;
      let tightest = FULL_HEADROOM;
      for (const { limit, remaining, resetAtMs } of limits) {
        if (nowMs < resetAtMs) tightest = Math.min(tightest, shareOf(remaining, limit));
      }
      return tightest;
    },
  };
}

/** Rounded up: 0 only where less than one is left. */
export function shareOf(remaining: number, limit: number): number {
  if (remaining < 1) return 0;
  return Math.min(FULL_HEADROOM, Math.max(0, Math.ceil((remaining / limit) * FULL_HEADROOM)));
}
