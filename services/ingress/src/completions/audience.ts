import type { Exchange } from '../http/exchange.ts';
import type { AnswerWriter } from './answer-writer.ts';
import { type ClientPresence, watchClient } from './client-presence.ts';
import type { OpenAnswer } from './open-answer.ts';

/**
 * Whom an answer is for. Opened once the request is read, before it is admitted: what it sets `call.stop` to ends the answer early.
 * `isKept`: the answer is kept for whoever asks for it again.
 */
export type Audience = (isStream: boolean, isKept: boolean) => Opened;

export interface Opened {
  readonly answer: AnswerWriter;
  /** Whether anyone still waits. It is disposed of when the answer is over. */
  readonly client: ClientPresence;
}

/** The client of an HTTP exchange. `whileAway`: as `watchClient` has it. */
export function httpAudience(
  exchange: Exchange,
  openAnswer: OpenAnswer,
  requestTimeoutMs: number,
  whileAway?: (giveUp: () => void) => () => void,
): Audience {
  return (isStream, isKept) => {
    const answer = openAnswer(exchange, isStream);
    return { answer, client: watchClient(exchange, answer, requestTimeoutMs, isKept, whileAway) };
  };
}
