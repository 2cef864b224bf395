import { Fault } from '#errors/fault.ts';

/** Longer than any fold lags that works. Who waits is told to ask again. */
const FOLD_WAIT_MAX_MS = 2_000;

/**
 * Waits until tables have taken the event at a position, for an answer that must count each event up to there. Rejects with
 * `unavailable` where that takes more than FOLD_WAIT_MAX_MS.
 */
export async function untilFolded(
  reached: Promise<unknown>,
  { position, waitMaxMs = FOLD_WAIT_MAX_MS }: { readonly position: number; readonly waitMaxMs?: number },
): Promise<void> {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), waitMaxMs);
  try {
    if ((await Promise.race([reached, late.promise])) !== 'late') return;
  } finally {
    clearTimeout(timer);
  }
  const message = `The read models are not at position ${position} of the log yet; try again shortly.`;
  throw new Fault({ code: 'unavailable', message });
}
