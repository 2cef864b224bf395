import { setTimeout as pause } from 'node:timers/promises';

/**
 * How long a server that has ended may go unnoticed. A check reads one small file on Linux, and runs `ps` elsewhere.
 */
const WATCH_MS = process.platform === 'linux' ? 200 : 2_000;

/**
 * A server that ends again this soon was not well, so its next start waits. A server that was killed is back at once.
 */
const STEADY_MS = 10_000;

/**
 * The pauses before further starts; the last one repeats. The first start is at once, since most causes are over when
 * the end is noticed.
 */
const RESTART_PAUSES_MS = [0, 250, 500, 1_000, 2_000, 5_000];

/**
 * People make room on a full disk, within minutes if somebody is called. After this time the process ends, so that its
 * supervisor notices and starts both anew.
 */
const GIVE_UP_MS = 5 * 60_000;

export interface SupervisionSettings {
  /** Gets messages for the operator. */
  readonly log: (level: 'info' | 'warn' | 'error', fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Called once, when the server could not be started for so long that the gateway gives up. */
  readonly onGivenUp: (error: Error) => void;
}

export interface Supervision {
  /** Ends the watch, and a start under way. From now on, a server that ends is left alone. */
  stop(): Promise<void>;
}

/** Other times, for tests. */
export interface SupervisionTimes {
  readonly watchMs: number;
  readonly steadyMs: number;
  readonly pausesMs: readonly number[];
  readonly giveUpMs: number;
}

const usualTimes: SupervisionTimes = {
  watchMs: WATCH_MS,
  steadyMs: STEADY_MS,
  pausesMs: RESTART_PAUSES_MS,
  giveUpMs: GIVE_UP_MS,
};

/** Watches a running server, and starts it again whenever it has ended without being told to. */
export function supervise(
  server: {
    readonly isRunning: () => Promise<boolean>;
    /** Rejects if the server does not start, and at the signal. */
    readonly start: (signal: AbortSignal) => Promise<void>;
  },
  { log, onGivenUp }: SupervisionSettings,
  times: SupervisionTimes = usualTimes,
): Supervision {
  const stopping = new AbortController();
  const { signal } = stopping;
  let startedAtMs = performance.now();
  let shortLives = 0;

  async function watch(): Promise<void> {
    for (;;) {
      await pause(times.watchMs, undefined, { signal });
      if (await server.isRunning()) continue;
      // A stop that came during the check ended the server itself.
      signal.throwIfAborted();
      await startAgain();
    }
  }

  async function startAgain(): Promise<void> {
    const endedAtMs = performance.now();
    shortLives = endedAtMs - startedAtMs < times.steadyMs ? shortLives + 1 : 0;
    log('error', {}, 'the embedded PostgreSQL has ended by itself; it is started again');
    for (let failures = 0; ; failures += 1) {
      await pause(pauseMsAfter(shortLives + failures), undefined, { signal });
      try {
        await server.start(signal);
        startedAtMs = performance.now();
        log('info', { awayMs: Math.round(startedAtMs - endedAtMs) }, 'the embedded PostgreSQL runs again');
        return;
      } catch (error) {
        signal.throwIfAborted();
        log('error', { err: error, failures: failures + 1 }, 'the embedded PostgreSQL could not be started again');
        if (performance.now() - endedAtMs >= times.giveUpMs) throw new GivenUp(times.giveUpMs, error);
      }
    }
  }

  function pauseMsAfter(setbacks: number): number {
    return times.pausesMs[Math.min(setbacks, times.pausesMs.length - 1)] ?? 0;
  }

  const watching = watch().catch((error: unknown) => {
    if (!signal.aborted) onGivenUp(error instanceof Error ? error : new Error(String(error)));
  });
  return {
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

class GivenUp extends Error {
  override readonly name = 'GivenUp';

  constructor(afterMs: number, cause: unknown) {
    super(`the embedded PostgreSQL ended and could not be started again for ${afterMs / 1_000} s`, { cause });
  }
}
