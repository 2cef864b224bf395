import type { Refusal } from '#errors/error-table.ts';
import { AWAY_RETRY_AFTER_MS } from '#errors/fault.ts';
import { answerRefusal } from './answer.ts';
import type { Exchange, Handler } from './exchange.ts';

/** Between two looks whether a body that is late has come whole. */
const BODY_LOOK_MS = 500;

/**
 * A handler whose client is answered within a bound, whatever the handler waits for: a database that is frozen fails no
 * query. What the handler says after that is said to nobody. The time of a body on its way has a bound of its own.
 */
export function answeredInTime(handler: Handler, timeoutMs: number): Handler {
  return async (exchange, params) => {
    const stopped = Promise.withResolvers<void>();
    const stop = (refusal: Refusal): void => {
      answerRefusal(exchange, refusal);
      stopped.resolve();
    };
    const onLate = (): void => {
      if (exchange.request.complete || exchange.request.destroyed) stop(late(exchange));
      else timer = setTimeout(onLate, BODY_LOOK_MS);
    };
    let timer = setTimeout(onLate, timeoutMs);
    exchange.stop = stop;
    try {
      const running = Promise.resolve(handler(exchange, params));
      // After the bound nobody hears of its failure.
      running.catch(() => undefined);
      await Promise.race([running, stopped.promise]);
    } finally {
      clearTimeout(timer);
      exchange.stop = undefined;
    }
  };
}

function late({ request }: Exchange): Refusal {
  const mayHaveChanged = request.method !== 'GET' && request.method !== 'HEAD';
  const message = mayHaveChanged
    ? 'A part of the gateway does not answer now: whether the change is made is not known yet. With an Idempotency-Key it is safe to send it again.'
    : 'A part of the gateway does not answer now; try again shortly.';
  return { code: 'unavailable', message, retryAfterMs: AWAY_RETRY_AFTER_MS };
}
