/** A deployment that is left alone for a while, since its provider limits the rate. */
export interface CoolDown {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** In a row. */
  readonly times: number;
}

/** A provider that does not say how long: a second lets a window of a minute move on by some requests. */
export const COOL_DOWN_MIN_MS = 1_000;
const COOL_DOWN_MAX_MS = 30_000;
/** A provider's slip of a digit must not keep it away for days. */
export const RETRY_AFTER_MAX_MS = 600_000;

export const neverCooled: CoolDown = { sinceMs: 0, untilMs: 0, times: 0 };

/**
 * The cool-down after a provider has said no to a call. Of calls that ran side by side, the first lengthens it, and the others no
 * more than their own `retryAfterMs` does.
 */
export function cooled(
  before: CoolDown,
  { nowMs, startedAtMs, retryAfterMs }: { nowMs: number; startedAtMs: number; retryAfterMs: number | undefined },
): CoolDown {
  const isAnew = startedAtMs >= before.sinceMs;
  const times = isAnew ? before.times + 1 : before.times;
  const ownMs = Math.min(COOL_DOWN_MAX_MS, COOL_DOWN_MIN_MS * 2 ** Math.max(0, times - 1));
  const waitMs = retryAfterMs === undefined ? (isAnew ? ownMs : 0) : Math.min(retryAfterMs, RETRY_AFTER_MAX_MS);
  return { sinceMs: isAnew ? nowMs : before.sinceMs, untilMs: Math.max(before.untilMs, nowMs + waitMs), times };
}

/** After a success: over, unless the call began before it. */
export function warmed(before: CoolDown, startedAtMs: number): CoolDown {
  return startedAtMs >= before.sinceMs ? neverCooled : before;
}
