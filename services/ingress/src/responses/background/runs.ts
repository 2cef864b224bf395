import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { Run, RunStore } from './run-store.ts';

/** At once in one process: each holds its request, and its events of a second. */
const RUNS_MAX = 1_000;

/** At once in one process for one user: no one takes all the places. */
const RUNS_OF_USER_MAX = 100;

/** How often it is looked whether a response was cancelled somewhere, and its events are written. */
const LOOK_MS = 1_000;

/** Every so many looks the process says that it lives: a lease lasts 20 s. */
const LOOKS_PER_RENEWAL = 5;

const RETRY_AFTER_MS = 5_000;

/** What is done with a run from outside. */
export interface RunHandle {
  readonly run: Run;
  /** Its response was ended by another: it stops, and what was used by then is charged. */
  leave(): void;
  flush(): Promise<void>;
}

/** The responses that this process makes in the background. */
export interface Runs {
  /** Takes a place for a run of the user's. Throws a `Fault` where there is none. To be given back. */
  place(userId: string): Disposable;
  /** Looks after a run that is stored, until it is disposed of. */
  watch(handle: RunHandle): Disposable;
  /** The response has ended elsewhere: its run, if it is here, need not find that out by itself. */
  ended(userId: string, id: string): void;
}

export function createRuns(store: Pick<RunStore, 'goingOn'>, logger: Pick<Logger, 'warn'>): Runs {
  const watched = new Set<RunHandle>();
  const places = new Map<string, number>();
  let placesTaken = 0;
  let looks = 0;
  let isLooking = false;

  async function look(): Promise<void> {
    looks += 1;
    const handles = [...watched];
    for (const { flush } of handles) void flush();
    try {
      const goingOn = await store.goingOn(
        handles.map(({ run }) => run),
        looks % LOOKS_PER_RENEWAL === 0,
      );
      for (const handle of handles) {
        if (!goingOn.has(handle.run.attempt) && watched.has(handle)) handle.leave();
      }
    } catch (error) {
      logger.warn({ err: error, runs: handles.length }, 'responses in the background could not be looked up');
    }
    isLooking = false;
    lookLater();
  }

  function lookLater(): void {
    if (isLooking || watched.size === 0) return;
    isLooking = true;
    setTimeout(() => void look(), LOOK_MS).unref();
  }

  return {
    place(userId) {
      const ofUser = places.get(userId) ?? 0;
      if (ofUser >= RUNS_OF_USER_MAX) throw new Fault(tooMany);
      if (placesTaken >= RUNS_MAX) throw new Fault(crowded);
      places.set(userId, ofUser + 1);
      placesTaken += 1;
      return {
        [Symbol.dispose]() {
          placesTaken -= 1;
          const left = (places.get(userId) ?? 1) - 1;
          if (left === 0) places.delete(userId);
          else places.set(userId, left);
        },
      };
    },
    watch(handle) {
      watched.add(handle);
      lookLater();
      return { [Symbol.dispose]: () => void watched.delete(handle) };
    },
    ended(userId, id) {
      for (const { run, leave } of watched) if (run.userId === userId && run.id === id) leave();
    },
  };
}

const tooMany: Refusal = {
  code: 'rate_limit_exceeded',
  message: `You have ${RUNS_OF_USER_MAX} responses in the background at once, which is the most. Wait for one to end.`,
  param: 'background',
  retryAfterMs: RETRY_AFTER_MS,
};

const crowded: Refusal = {
  code: 'unavailable',
  message: 'The gateway makes as many responses in the background as it takes; try again shortly.',
  retryAfterMs: RETRY_AFTER_MS,
};
