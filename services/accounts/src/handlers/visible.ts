import type { Logger } from '#telemetry/logger.ts';

/**
 * Longer than any fold lags. Beyond it the caller gets its answer, before the gateway gives the wait for it up: what it asked
 * for is durable either way.
 */
const VISIBLE_WAIT_MAX_MS = 2_000;

/** Waits until an event is folded by all of `waits`, at most VISIBLE_WAIT_MAX_MS. Never rejects. */
export async function untilVisible(
  waits: readonly Promise<void>[],
  { logger, position, waitMaxMs = VISIBLE_WAIT_MAX_MS }: VisibleOptions,
): Promise<void> {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), waitMaxMs);
  try {
    const outcome = await Promise.race([Promise.all(waits), late.promise]);
    if (outcome === 'late') logger.warn({ position, waitMaxMs }, 'answered before the change is visible in reads');
  } catch (error) {
    logger.warn({ position, err: error }, 'answered without knowing whether the change is visible in reads');
  } finally {
    clearTimeout(timer);
  }
}

interface VisibleOptions {
  readonly logger: Pick<Logger, 'warn'>;
  /** The event's place in the log. */
  readonly position: number;
  readonly waitMaxMs?: number;
}
