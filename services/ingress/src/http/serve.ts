import type { ServerResponse } from 'node:http';
import { Fault, faultFrom } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';
import { answerRefusal, crowdedRefusal } from './answer.ts';
import type { BodyBudget } from './body-budget.ts';
import { dropClient } from './cut.ts';
import type { Exchange, Handler } from './exchange.ts';

/** Runs a handler for an exchange until its answer has left. Never rejects. */
export type Serve = (exchange: Exchange, handler: Handler, params?: Readonly<Record<string, string>>) => Promise<void>;

/** Answered as long as the process lives: a few bytes, by which others decide whether it does. */
const probeRoutes = new Set(['/health', '/health/ready', '/health/stats']);

/**
 * The frame around every handler: what it throws becomes an answer, and it leaves a line in the log and nothing in
 * memory. An exchange counts among the open ones until its answer has left: the kernel has all of it, or the connection
 * is closed. While answers that nobody reads crowd the memory, nothing new is begun.
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
    const left = hasLeft(exchange.response);
    try {
      if (exchange.answers.isCrowded && !probeRoutes.has(exchange.record.route)) throw new Fault(crowdedRefusal);
      await handler(exchange, params);
    } catch (thrown) {
      const fault = faultFrom(thrown);
      // A fault without a cause is an expected no and says all in its line; one with a cause is somebody's to look into.
      if (fault.cause !== undefined) logger.error({ requestId: exchange.id, err: fault }, 'request failed');
      answerRefusal(exchange, fault.refusal);
    } finally {
      budget.release(exchange.bodyBytesHeld);
    }
    // What can still be ended is the wait for the client.
    exchange.stop = () => dropClient(exchange);
    await left;
    exchange.stop = undefined;
    open.delete(exchange);
    exchange.answers.release(exchange, exchange.answerBytesHeld);
    if (!exchange.response.writableFinished) exchange.record.error ??= 'client_gone';
    finish(exchange);
  };
}

function hasLeft(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', resolve);
  });
}
