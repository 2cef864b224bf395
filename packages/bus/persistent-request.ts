import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#errors/fault.ts';
import { BusFault } from './bus-fault.ts';
import type { Bus, BusAnswer } from './connect-bus.ts';

export interface Persistence {
  /** The time from the first try to giving up. */
  readonly budgetMs: number;
  /** How long to wait for one try. After that, nobody knows whether the message was heard. */
  readonly tryTimeoutMs: number;
  /** The pause between two tries. */
  readonly pauseMs: number;
  readonly signal?: AbortSignal | undefined;
  /** `true`: retry. A later answer may be better, since the leader is about to give way. */
  readonly isPassing?: (message: BusAnswer) => boolean;
}

export interface PersistentAnswer {
  readonly message: BusAnswer;
  /** The number of tries; 1 if the first was answered. */
  readonly tries: number;
}

/**
 * Sends the message again while nobody answers. The request must be safe to repeat, since a message may be heard
 * although its answer is lost. When the budget is used up: resolves with the last passing answer if there was one, else
 * rejects with a `Fault` (`unavailable`).
 */
export async function persistentRequest(
  bus: Pick<Bus, 'request'>,
  subject: string,
  data: string | Uint8Array,
  persistence: Persistence,
): Promise<PersistentAnswer> {
  const { budgetMs, tryTimeoutMs, pauseMs, signal, isPassing } = persistence;
  const startMs = performance.now();
  const leftMsNow = (): number => startMs + budgetMs - performance.now();
  let passing: PersistentAnswer | undefined;
  let failure: unknown;
  for (let tries = 1; ; tries += 1) {
    const leftMs = leftMsNow();
    if (leftMs <= 0 || signal?.aborted === true) break;
    try {
      const message = await bus.request(subject, data, Math.min(tryTimeoutMs, leftMs));
      if (isPassing?.(message) !== true) return { message, tries };
      passing = { message, tries };
    } catch (error) {
      if (!(error instanceof BusFault)) throw error;
      failure = error;
      // A silent try has used its time already.
      if (error.kind === 'timeout') continue;
    }
    await pause(Math.min(pauseMs, Math.max(0, leftMsNow())));
  }
  if (passing !== undefined) return passing;
  const message = 'A part of the gateway does not answer now; try again shortly.';
  throw new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause: failure });
}
