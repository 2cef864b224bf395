import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { BodyBudget } from '../http/body-budget.ts';

/** The header of a short frame of a client's, with its mask. */
const SHORT_HEADER_BYTES = 6;

/** What was heard of a message that is not whole yet: it is in memory like a body on its way. */
export interface HeardBytes {
  /** When anything was heard last, of the monotonic clock. */
  readonly lastAtMs: () => number;
  /** Since when a message is on its way; null: none is. */
  readonly partialSinceMs: () => number | null;
}

/** Counts the bytes of messages on their way against the budget for bodies. `onCrowded`: there is no room for them. */
export function countHeard(ws: WebSocket, socket: Socket, budget: BodyBudget, onCrowded: () => void): HeardBytes {
  let partialBytes = 0;
  let sinceMs: number | null = null;
  let lastAtMs = performance.now();
  const release = (bytes: number): void => {
    const released = Math.min(bytes, partialBytes);
    budget.release(released);
    partialBytes -= released;
    if (partialBytes === 0) sinceMs = null;
  };
  // Before the parser has it, which may end a message with it.
  socket.prependListener('data', (chunk: Buffer) => {
    lastAtMs = performance.now();
    if (!budget.reserve(chunk.length)) {
      onCrowded();
      return;
    }
    partialBytes += chunk.length;
    sinceMs ??= lastAtMs;
  });
  const afterControl = (data: Buffer): void => release(data.length + SHORT_HEADER_BYTES);
  ws.on('message', () => release(partialBytes));
  ws.on('ping', afterControl);
  ws.on('pong', afterControl);
  ws.once('close', () => release(partialBytes));
  return { lastAtMs: () => lastAtMs, partialSinceMs: () => sinceMs };
}
