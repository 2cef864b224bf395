import { faultFrom } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';
import { answerRefusal } from './answer.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Exchange, Handler } from './exchange.ts';

/** Runs a handler for an exchange. Never rejects. */
export type Serve = (exchange: Exchange, handler: Handler, params?: Readonly<Record<string, string>>) => Promise<void>;

/**
 * The frame around every handler: it is counted among the open ones while it runs, what it throws becomes an answer, and
 * it leaves a line in the log and nothing in memory.
 */
export function createServe(parts: {
  readonly open: Set<Exchange>;
  readonly budget: BodyBudget;
  readonly logger: Logger;
  readonly finish: (exchange: Exchange) => void;
}): Serve {
  const { open, budget, logger, finish } = parts;
  return async function serve(exchange, handler, params = {}) {
    open.add(exchange);
    try {
      await handler(exchange, params);
    } catch (thrown) {
      const fault = faultFrom(thrown);
      // A fault without a cause is an expected no and says all in its line; one with a cause is somebody's to look into.
      if (fault.cause !== undefined) logger.error({ requestId: exchange.id, err: fault }, 'request failed');
      answerRefusal(exchange, fault.refusal);
    } finally {
      open.delete(exchange);
      budget.release(exchange.bodyBytesHeld);
      finish(exchange);
    }
  };
}
