import { AWAY_RETRY_AFTER_MS, Fault } from '#errors/fault.ts';

/** Remembers what signed requests may use once. */
export interface Nonces {
  /**
   * Uses a nonce up; false: it was used before. Rejects with `unavailable` where that cannot be known: it is then used up by
   * nobody.
   */
  use(nonce: string): Promise<boolean>;
}

export interface MemoryNonces extends Nonces {
  /** Of a request that was not taken. */
  forget(nonce: string): void;
}

/** How far the time of a signed request may be from the gateway's clock. */
export const WINDOW_S = 300;

/**
 * How long a nonce is remembered: while its request would be taken, before and after the gateway's own time, and a minute more for
 * gateways whose clocks differ.
 */
export const KEPT_MS = (2 * WINDOW_S + 60) * 1_000;

/** Some 100 MB: those of eleven minutes at 750 a second. */
const NONCES_MAX = 500_000;

/**
 * Nonces that this process has seen. None is forgotten before its time: with no room for another, requests are refused until the
 * oldest has had its time.
 */
export function createMemoryNonces({
  nowMs = () => performance.now(),
  noncesMax = NONCES_MAX,
}: {
  /** Of a clock that never goes back. */
  readonly nowMs?: () => number;
  readonly noncesMax?: number;
} = {}): MemoryNonces {
  /** By nonce, until when it is kept; in that order. */
  const kept = new Map<string, number>();

  function forgetOld(now: number): void {
    for (const [nonce, untilMs] of kept) {
      if (untilMs >= now) return;
      kept.delete(nonce);
    }
  }

  return {
    async use(nonce) {
      const now = nowMs();
      forgetOld(now);
      if (kept.has(nonce)) return false;
      const [oldestMs = now] = kept.values();
      if (kept.size >= noncesMax) throw unknown('as many nonces are in use as it remembers', oldestMs - now);
      kept.set(nonce, now + KEPT_MS);
      return true;
    },
    forget: (nonce) => void kept.delete(nonce),
  };
}

/** Nobody can say whether a nonce was used before, so its request is not taken. */
export function unknown(why: string, retryAfterMs = AWAY_RETRY_AFTER_MS): Fault {
  const message = `The gateway cannot take signed requests now: ${why}.`;
  return new Fault({ code: 'unavailable', message, retryAfterMs });
}
