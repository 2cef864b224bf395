import type { IncomingMessage, ServerResponse } from 'node:http';
import { closeAfterAnswer } from '../drain.ts';
import type { AnswerBudget } from './answer-budget.ts';
import type { Connections } from './connections.ts';
import { allowOrigins, isForPages } from './cors.ts';
import { type Exchange, openExchange } from './exchange.ts';

/** Begins what a request asks for; undefined: its connection is served no further. */
export type BeginExchange = (request: IncomingMessage, response: ServerResponse) => Exchange | undefined;

export function createBeginExchange(parts: {
  readonly connections: Connections;
  readonly answers: AnswerBudget;
  /** Sets the headers that every answer has. */
  readonly secure: (exchange: Exchange) => void;
  readonly originsNow: () => readonly string[];
  readonly isDraining: () => boolean;
}): BeginExchange {
  const { connections, answers, secure, originsNow, isDraining } = parts;
  return (request, response) => {
    if (!connections.serves(request.socket)) return undefined;
    const exchange = openExchange(request, response, answers);
    secure(exchange);
    connections.add(exchange);
    if (isDraining()) closeAfterAnswer(exchange);
    if (isForPages(request.url)) allowOrigins(exchange, originsNow());
    return exchange;
  };
}
