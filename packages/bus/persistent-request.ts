import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#errors/fault.ts';
import { BusFault } from './bus-fault.ts';
import type { Bus, BusAnswer } from './connect-bus.ts';

export interface Persistence {
  /** From the first try to giving up; a function where it may change meanwhile. */
  readonly budgetMs: number | (() => number);
  /** How long one try is waited for: after it nobody knows whether the message was heard. */
  readonly tryTimeoutMs: number;
  /** Between two tries. */
  readonly pauseMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The answer of the first try, where that has been sent already; the message is then sent from the second on. */
  readonly first?: Promise<BusAnswer> | undefined;
  /** Gets what is said before an answer, of each try. */
  readonly onEarly?: ((data: Uint8Array) => void) | undefined;
  /** Whether an answer is one that another try may better, as that of a leader about to give way. */
  readonly isPassing?: (message: BusAnswer) => boolean;
}

export interface PersistentAnswer {
  readonly message: BusAnswer;
  /** 1: the first was answered. */
  readonly tries: number;
}

/**
 * Sends the message, or what it has become by then, again while nobody answers. What it asks for must be safe to ask for
 * twice: a message may be heard though its answer is lost. After the budget: the last passing answer where there was one,
 * else a `Fault` (`unavailable`).
 */
export async function persistentRequest(
  bus: Bus,
  subject: string,
  data: string | Uint8Array | (() => string),
  persistence: Persistence,
): Promise<PersistentAnswer> {
  const { budgetMs, tryTimeoutMs, pauseMs, signal, first, onEarly, isPassing } = persistence;
  const startMs = performance.now();
  const leftMsNow = (): number =>
    startMs + (typeof budgetMs === 'function' ? budgetMs() : budgetMs) - performance.now();
  const send = (timeoutMs: number): Promise<BusAnswer> =>
    bus.request(subject, typeof data === 'function' ? data() : data, timeoutMs, onEarly);
  let passing: PersistentAnswer | undefined;
  let failure: unknown;
  for (let tries = 1; ; tries += 1) {
    const leftMs = leftMsNow();
    if (leftMs <= 0 || signal?.aborted === true) break;
    try {
      const isSent = tries === 1 && first !== undefined;
      const message = await (isSent ? first : send(Math.min(tryTimeoutMs, leftMs)));
      if (isPassing?.(message) !== true) return { message, tries };
      passing = { message, tries };
    } catch (error) {
      if (!(error instanceof BusFault)) throw error;
      failure = error;
      // A silent try has taken its time already.
      if (error.kind === 'timeout') continue;
    }
    await pause(Math.min(pauseMs, Math.max(0, leftMsNow())));
  }
  if (passing !== undefined) return passing;
  const message = 'A part of the gateway does not answer now; try again shortly.';
  throw new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause: failure });
}
