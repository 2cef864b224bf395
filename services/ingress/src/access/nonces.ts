import { AWAY_RETRY_AFTER_MS, Fault } from '#errors/fault.ts';

/** Remembers what signed requests may use once. */
export interface Nonces {
  /**
   * Uses a key's nonce up; false: it was used before. Rejects with `unavailable` where that cannot be known, and with
   * `rate_limit_exceeded` where the key has as many in use as one may have: the nonce is then used up by nobody.
   */
  use(keyId: string, nonce: string): Promise<boolean>;
}

export interface MemoryNonces extends Nonces {
  /** Of a request that was not taken. */
  forget(keyId: string, nonce: string): void;
}

/** How far the time of a signed request may be from the gateway's clock. */
export const WINDOW_S = 300;

/**
 * How long a nonce is remembered: while its request would be taken, before and after the gateway's own time, and a minute more for
 * gateways whose clocks differ.
 */
export const KEPT_MS = (2 * WINDOW_S + 60) * 1_000;

/** Some 150 MB: those of eleven minutes at 750 a second. */
const NONCES_MAX = 500_000;

/** A tenth of them, which is 75 requests a second: one key cannot take the room of all others. */
const NONCES_PER_KEY_MAX = 50_000;

interface Kept {
  readonly keyId: string;
  readonly untilMs: number;
}

/**
 * Nonces that this process has seen. None is forgotten before its time: with no room for another, requests are refused until the
 * oldest has had its time.
 */
export function createMemoryNonces({
  nowMs = () => performance.now(),
  noncesMax = NONCES_MAX,
  noncesPerKeyMax = NONCES_PER_KEY_MAX,
}: {
  /** Of a clock that never goes back. */
  readonly nowMs?: () => number;
  readonly noncesMax?: number;
  readonly noncesPerKeyMax?: number;
} = {}): MemoryNonces {
  /** By key and nonce, in the order in which they end. */
  const kept = new Map<string, Kept>();
  const byKey = new Map<string, EndsOfKey>();

  function forgetOld(now: number): void {
    for (const [name, { keyId, untilMs }] of kept) {
      if (untilMs >= now) return;
      kept.delete(name);
      if (byKey.get(keyId)?.dropFirst() === 0) byKey.delete(keyId);
    }
  }

  return {
    async use(keyId, nonce) {
      const now = nowMs();
      forgetOld(now);
      const name = nameOf(keyId, nonce);
      if (kept.has(name)) return false;
      const ofKey = byKey.get(keyId) ?? new EndsOfKey();
      if (ofKey.count >= noncesPerKeyMax) throw tooMany(noncesPerKeyMax, ofKey.firstMs - now);
      const [oldest] = kept.values();
      if (kept.size >= noncesMax) {
        throw unknown('as many nonces are in use as it remembers', (oldest?.untilMs ?? now) - now);
      }
      const untilMs = now + KEPT_MS;
      kept.set(name, { keyId, untilMs });
      ofKey.add(untilMs);
      byKey.set(keyId, ofKey);
      return true;
    },
    forget(keyId, nonce) {
      const name = nameOf(keyId, nonce);
      const found = kept.get(name);
      if (found === undefined) return;
      kept.delete(name);
      if (byKey.get(keyId)?.drop(found.untilMs) === 0) byKey.delete(keyId);
    },
  };
}

/** No nonce has a colon. */
function nameOf(keyId: string, nonce: string): string {
  return `${keyId}:${nonce}`;
}

/** After so many dropped ones the list is cut. */
const DROPPED_MAX = 1_024;

/** When each of a key's nonces ends, in order. */
class EndsOfKey {
  #ends: number[] = [];
  #dropped = 0;

  get count(): number {
    return this.#ends.length - this.#dropped;
  }

  /** When the first of them ends. */
  get firstMs(): number {
    return this.#ends[this.#dropped] ?? 0;
  }

  add(untilMs: number): void {
    this.#ends.push(untilMs);
  }

  /** Returns how many are left. */
  dropFirst(): number {
    this.#dropped += 1;
    if (this.#dropped >= DROPPED_MAX) {
      this.#ends = this.#ends.slice(this.#dropped);
      this.#dropped = 0;
    }
    return this.count;
  }

  /** Of a nonce that was added a moment ago. Returns how many are left. */
  drop(untilMs: number): number {
    const index = this.#ends.lastIndexOf(untilMs);
    if (index >= this.#dropped) this.#ends.splice(index, 1);
    return this.count;
  }
}

function tooMany(noncesPerKeyMax: number, retryAfterMs: number): Fault {
  return new Fault({
    code: 'rate_limit_exceeded',
    message: `This API key has ${noncesPerKeyMax} nonces in use, which is as many as a key may have. Each is kept for ${KEPT_MS / 60_000} minutes.`,
    retryAfterMs,
  });
}

/** Nobody can say whether a nonce was used before, so its request is not taken. */
export function unknown(why: string, retryAfterMs = AWAY_RETRY_AFTER_MS): Fault {
  const message = `The gateway cannot take signed requests now: ${why}.`;
  return new Fault({ code: 'unavailable', message, retryAfterMs });
}
