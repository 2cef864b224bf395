import type { Exchange } from '../http/exchange.ts';
import type { KeptAnswer } from './kept-answer.ts';

export const REPLAYED_HEADER = 'idempotent-replayed';

/**
 * Marks an answer as one that was given before. Its `x-request-id` is that of the request that was executed, which is
 * the one that is in the log and on the bill; the repeat's own is in the gateway's log lines alone.
 */
export function setReplayHeaders({ response }: Exchange, { requestId, head }: KeptAnswer): void {
  if (response.headersSent) return;
  response.setHeader('x-request-id', requestId);
  response.setHeader(REPLAYED_HEADER, 'true');
  // The same failure would come again: a client that wants a new try needs a new key.
  if (head.failure !== null) response.setHeader('x-should-retry', 'false');
}
