import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';

/**
 * What is written at once. A client that reads is seen by the pieces its side takes: in larger ones a slow client would
 * look like one that does not read at all. Smaller ones cost more calls.
 */
export const PIECE_MAX_BYTES = 64 * 1024;

/**
 * Writes bytes of an answer that are counted as held (`AnswerBudget.hold`), and gives them back as the client's side
 * takes them. The promise, where there is one, resolves when there is room for more, or the client has left.
 */
export function send(exchange: Exchange, bytes: Buffer): Promise<void> | undefined {
  return bytes.length <= PIECE_MAX_BYTES ? sendPiece(exchange, bytes) : sendPieces(exchange, bytes);
}

async function sendPieces(exchange: Exchange, bytes: Buffer): Promise<void> {
  for (let start = 0; start < bytes.length; start += PIECE_MAX_BYTES) {
    await sendPiece(exchange, bytes.subarray(start, start + PIECE_MAX_BYTES));
  }
}

function sendPiece(exchange: Exchange, piece: Buffer): Promise<void> | undefined {
  const { response, answers } = exchange;
  // What is still counted is given back with the exchange.
  if (response.destroyed) return undefined;
  const hasRoom = response.write(piece, () => answers.release(exchange, piece.length));
  return hasRoom ? undefined : room(response);
}

/** Resolves when the response takes more or is closed. `watchStalls` closes it where neither comes in time. */
export function room(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
