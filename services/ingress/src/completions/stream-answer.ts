import type { ServerResponse } from 'node:http';
import { openAiErrorBody } from '#openai-wire/error-body.ts';
import type { Exchange } from '../http/exchange.ts';
import { type AnswerWriter, answerFailure } from './answer-writer.ts';

const LINE_FEED = 0x0a;

/** How long a broken-off stream's error event may take to leave before the connection is closed without it. */
const FAREWELL_MS = 5_000;

/**
 * Writes a completion as server-sent events, as they come. At most what one write puts into a full socket waits in
 * memory: the next frame is asked for when the client has made room. A client that makes none for `stallTimeoutMs` is
 * taken for gone.
 */
export function streamAnswer(exchange: Exchange, stallTimeoutMs: number): AnswerWriter {
  const { response, record } = exchange;
  let isOver = false;
  let lastByte = LINE_FEED;
  return {
    head(frame) {
      if (isOver || response.headersSent || response.destroyed) return;
      record.status = frame.status;
      response.writeHead(frame.status, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        // nginx holds an answer back otherwise.
        'x-accel-buffering': 'no',
      });
      // The client's SDK resolves with the head; the first event may be seconds away.
      response.flushHeaders();
    },
    data(data) {
      if (isOver || response.destroyed || data.length === 0) return undefined;
      lastByte = data[data.length - 1] ?? lastByte;
      return response.write(data) ? undefined : drained(response, stallTimeoutMs);
    },
    end() {
      if (isOver) return;
      isOver = true;
      response.end();
    },
    fail(refusal) {
      if (isOver) return;
      isOver = true;
      if (!response.headersSent) {
        answerFailure(exchange, refusal);
        return;
      }
      record.error ??= refusal.code;
      if (response.destroyed) return;
      const event = `data: ${JSON.stringify(openAiErrorBody(refusal))}\n\n`;
      breakOff(response, lastByte === LINE_FEED ? event : `\n\n${event}`);
    },
  };
}

/** Resolves when the response takes more or is closed; closes it where neither comes in time. */
function drained(response: ServerResponse, stallTimeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(() => response.destroy(), stallTimeoutMs);
    response.once('drain', done);
    response.once('close', done);
  });
}

/**
 * Sends a last event and closes the connection without the chunk that ends a body: a client that does not look into the
 * event still sees a body that was broken off.
 */
function breakOff(response: ServerResponse, event: string): void {
  const timer = setTimeout(() => response.destroy(), FAREWELL_MS);
  response.once('close', () => clearTimeout(timer));
  response.write(event, () => response.destroy());
}
