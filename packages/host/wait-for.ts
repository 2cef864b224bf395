import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from './host.ts';

/** The pause between two tries. A start takes seconds, and an idle wait should cost next to nothing. */
const RETRY_MS = 250;

/** Tries until it succeeds, so that processes may start in any order. Logs each cause once. Rejects at the stop. */
export async function waitFor<T>(
  what: string,
  attempt: () => Promise<T>,
  { logger, stopping }: Pick<Host, 'logger' | 'stopping'>,
): Promise<T> {
  let cause: string | undefined;
  for (;;) {
    stopping.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== cause) logger.warn({ err: error }, `waiting for ${what}`);
      cause = message;
    }
    await pause(RETRY_MS, undefined, { signal: stopping });
  }
}

/** Waits for a promise as long as the process is not told to stop. Rejects at the stop. */
export async function unlessStopped<T>(awaited: Promise<T>, { stopping }: Pick<Host, 'stopping'>): Promise<T> {
  stopping.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(stopping.reason);
  stopping.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([awaited, stopped.promise]);
  } finally {
    stopping.removeEventListener('abort', stop);
  }
}
