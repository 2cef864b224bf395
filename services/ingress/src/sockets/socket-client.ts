import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { AnswerBudget, Held } from '../http/answer-budget.ts';
import { PIECE_MAX_BYTES } from '../http/send.ts';
import type { HeardBytes } from './heard-bytes.ts';
import { PING_EVERY_MS, PONG_WITHIN_MS } from './socket-bounds.ts';

/** The client at the other end of a socket, as far as frames go. */
export interface SocketClient {
  /**
   * Sends one text frame. The promise, where there is one, resolves when there is room for more or the client has left. `crowded`:
   * there is no room for it in memory, and it is not sent.
   */
  send(text: string): Promise<void> | undefined | 'crowded';
  /** Ends the connection politely, once what was sent has left. */
  close(code: number, reason: string): void;
  /** Ends it now: the client is not there, or does not read. */
  drop(): void;
  readonly isOpen: () => boolean;
  /** What waits for the client to take it. */
  readonly waitingBytes: () => number;
  /** Looks whether the client is there, and takes what is sent. Once a second or so. */
  look(nowMs: number, stallTimeoutMs: number): void;
}

export function createSocketClient(
  ws: WebSocket,
  socket: Socket,
  { answers, heard }: { readonly answers: AnswerBudget; readonly heard: HeardBytes },
): SocketClient {
  const held: Held = { answerBytesHeld: 0 };
  let takenBytes = -1;
  let movedAtMs = performance.now();
  let pingedAtMs: number | null = null;
  const drop = (): void => ws.terminate();
  ws.once('close', () => answers.release(held, held.answerBytesHeld));
  // A pong for each ping would fill the memory in front of a client that reads none.
  ws.on('ping', (data) => {
    if (socket.writableLength < PIECE_MAX_BYTES && ws.readyState === WebSocket.OPEN) ws.pong(data);
  });

  function isStalled(nowMs: number, stallTimeoutMs: number): boolean {
    const taken = socket.bytesWritten - socket.writableLength;
    if (socket.writableLength === 0 || taken !== takenBytes) movedAtMs = nowMs;
    takenBytes = taken;
    return nowMs - movedAtMs >= stallTimeoutMs;
  }

  return {
    send(text) {
      if (ws.readyState !== WebSocket.OPEN) return undefined;
      const bytes = Buffer.byteLength(text);
      // A small frame that finds room leaves at once.
      const isCounted = bytes > PIECE_MAX_BYTES || socket.writableLength > 0;
      if (isCounted && !answers.hold(held, bytes)) return 'crowded';
      ws.send(text, () => {
        if (isCounted) answers.release(held, bytes);
      });
      return socket.writableNeedDrain ? room(socket) : undefined;
    },
    close: (code, reason) => ws.close(code, reason),
    drop,
    isOpen: () => ws.readyState === WebSocket.OPEN,
    waitingBytes: () => socket.writableLength,
    look(nowMs, stallTimeoutMs) {
      if (isStalled(nowMs, stallTimeoutMs)) {
        drop();
        return;
      }
      if (heard.lastAtMs() > (pingedAtMs ?? 0)) pingedAtMs = null;
      // A ping behind an answer that the client has not taken yet cannot be answered.
      if (pingedAtMs !== null && nowMs - pingedAtMs > PONG_WITHIN_MS && socket.writableLength === 0) drop();
      if (pingedAtMs === null && nowMs - heard.lastAtMs() > PING_EVERY_MS && ws.readyState === WebSocket.OPEN) {
        pingedAtMs = nowMs;
        ws.ping();
      }
    },
  };
}

function room(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
