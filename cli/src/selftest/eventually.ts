import { setTimeout as pause } from 'node:timers/promises';
import { Finding } from './steps.ts';

/** A charge follows its answer within milliseconds; a part of the gateway that is taken over takes some ten seconds. */
const WAIT_MAX_MS = 30_000;
const PAUSE_MS = 50;

/**
 * Looks until nothing is wrong any more: charges are posted, and read models follow, behind the answers. Throws the last problem
 * as a `Finding` when the time is over.
 */
export async function eventually(
  problem: () => Promise<string | undefined>,
  { signal, timeoutMs = WAIT_MAX_MS }: { readonly signal: AbortSignal; readonly timeoutMs?: number | undefined },
): Promise<void> {
  const beganMs = performance.now();
  for (;;) {
    const found = await problem();
    if (found === undefined) return;
    if (performance.now() - beganMs > timeoutMs) {
      throw new Finding(`${found} (after ${Math.round(timeoutMs / 1_000)} s)`);
    }
    await pause(PAUSE_MS, undefined, { signal });
  }
}
