import type { Refusal } from '#errors/error-table.ts';
import type { Exchange } from '../http/exchange.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { Call } from './call.ts';

/** Whether anyone still waits for an answer. */
export interface ClientPresence {
  /** Aborts when the client has left, the time is up, or the gateway stops (`GATEWAY_STOPS`). */
  readonly signal: AbortSignal;
  [Symbol.dispose](): void;
}

const notAdmitted: Refusal = {
  code: 'unavailable',
  message: 'The gateway cannot write its log now, so that it cannot admit the request. Send it again shortly.',
  retryAfterMs: 1_000,
};

/**
 * Bounds the wait of a watched client for its admission, until it is disposed of. An admission that comes later is ended as
 * that of a client who has left: nothing is charged for it.
 */
export function boundAdmission(call: Pick<Call, 'stop'>, timeoutMs: number): Disposable {
  const timer = setTimeout(() => call.stop?.(notAdmitted), timeoutMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/**
 * Watches a client while its completion runs. Whatever ends the wait first aborts the signal; the two that end it from
 * this side (the deadline, `exchange.stop`) fail the answer as well.
 *
 * `isKept`: the answer is kept for whoever asks for it again, so that a client which has left is still answered. `whileAway`: begun when it
 * has left, and calls its argument when the answer is to be given up; what it returns ends it.
 */
export function watchClient(
  exchange: Exchange,
  answer: Pick<AnswerWriter, 'fail'>,
  requestTimeoutMs: number,
  isKept = false,
  whileAway?: (giveUp: () => void) => () => void,
): ClientPresence {
  const { response, record } = exchange;
  const controller = new AbortController();
  let endAway: (() => void) | undefined;
  const onClose = (): void => {
    if (response.writableFinished) return;
    record.error ??= 'client_gone';
    if (!isKept) controller.abort();
    else endAway = whileAway?.(() => controller.abort());
  };
  const stop = (refusal: Refusal, reason?: unknown): void => {
    clearTimeout(timer);
    answer.fail(refusal);
    controller.abort(reason);
  };
  // What the body and the admission took is gone from it.
  const remainingMs = exchange.startedAtMs + requestTimeoutMs - performance.now();
  const timer = setTimeout(stop, Math.max(1, remainingMs), {
    code: 'upstream_timeout',
    message: `The answer was not whole within ${requestTimeoutMs} ms.`,
  } satisfies Refusal);
  exchange.stop = stop;
  if (response.destroyed) onClose();
  response.once('close', onClose);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      endAway?.();
      response.off('close', onClose);
      exchange.stop = undefined;
    },
  };
}
