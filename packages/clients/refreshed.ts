import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '#telemetry/logger.ts';

/** Before another try while nothing is known yet: a start must not wait for a long interval. */
const RETRY_MS = 200;

/** Something kept up to date by asking for it again and again. */
export interface Refreshing {
  /** Resolves when it was asked for successfully once. */
  first(): Promise<void>;
  /** `ok`; else why there is nothing yet. What was once known is used on, however old. */
  state(): string;
  close(): Promise<void>;
}

/** Calls `refresh` at once and then at an interval; failures are logged, once while they last. */
export function startRefreshing(options: {
  readonly what: string;
  readonly intervalMs: number;
  readonly refresh: () => Promise<void>;
  readonly logger: Logger;
}): Refreshing {
  const { what, intervalMs, refresh, logger } = options;
  const closing = new AbortController();
  const first = Promise.withResolvers<void>();
  let hasAny = false;
  let failure = 'not asked yet';

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await refresh();
        hasAny = true;
        failure = '';
        first.resolve();
      } catch (error) {
        if (failure === '' || failure === 'not asked yet') logger.warn({ err: error }, `${what} cannot be had now`);
        failure = error instanceof Error ? error.message : String(error);
      }
      await pause(hasAny ? intervalMs : RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    first: () => first.promise,
    state: () => (hasAny ? 'ok' : `${what}: ${failure}`),
    async close() {
      closing.abort();
      await running;
    },
  };
}
