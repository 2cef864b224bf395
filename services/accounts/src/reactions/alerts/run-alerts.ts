import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '#telemetry/logger.ts';
import type { WatchAlerts } from './watch-alerts.ts';

/** Watches until it is stopped: one look after the other, with a pause between. */
export interface RunningAlerts {
  stop(): Promise<void>;
}

export function runAlerts(
  watch: WatchAlerts,
  { intervalMs, logger }: { readonly intervalMs: number; readonly logger: Logger },
): RunningAlerts {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };

  async function run(): Promise<void> {
    let isLoaded = false;
    while (!signal.aborted) {
      try {
        if (!isLoaded) await watch.load();
        isLoaded = true;
        await watch.look();
      } catch (err) {
        logger.warn({ err }, 'alerts could not be looked at');
      }
      await pause(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
