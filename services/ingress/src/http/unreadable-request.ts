import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from '#errors/error-table.ts';
import { newId } from '#kernel/ids.ts';
import { openAiErrorBody } from '#openai-wire/error-body.ts';
import type { Logger } from '#telemetry/logger.ts';
import { answerRefusal, JSON_TYPE } from './answer.ts';
import type { Exchange } from './exchange.ts';

/** What the parser says of a client that closed its connection in the middle of a request. */
const goneCodes = new Set(['ECONNRESET', 'HPE_INVALID_EOF_STATE']);

interface Unreadable {
  readonly status: number;
  readonly refusal: Refusal;
}

/**
 * Answers what the HTTP parser could not read: header junk, headers too large, a request that came too slowly. The
 * answer has an id and OpenAI's shape like any other, and the connection is closed, since where the next request would
 * begin is unknown. `latest` is the last exchange of each connection.
 */
export function unreadableRequestHandler(
  latest: WeakMap<Duplex, Exchange>,
  logger: Logger,
): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return (error, socket) => {
    if (goneCodes.has(error.code ?? '') || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, refusal } = unreadable(error.code ?? '');
    const exchange = latest.get(socket);
    if (exchange === undefined || exchange.response.writableFinished) {
      const id = newId();
      logger.info({ requestId: id, status, error: refusal.code, cause: error.code }, 'unreadable request');
      socket.end(rawAnswer(id, status, refusal), () => socket.destroy());
    } else if (!exchange.request.complete && !exchange.response.headersSent) {
      // The junk is inside of this request's body.
      exchange.response.setHeader('connection', 'close');
      answerRefusal(exchange, refusal);
    } else {
      // Another answer is on its way on this connection: words put in between would become part of it.
      socket.destroy();
    }
  };
}

function unreadable(code: string): Unreadable {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, refusal: { code: 'request_timeout', message: 'The request did not arrive in time.' } };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, refusal: { code: 'invalid_request', message: 'The request headers are too large.' } };
    default:
      return { status: 400, refusal: { code: 'invalid_request', message: 'The request is not valid HTTP.' } };
  }
}

function rawAnswer(id: string, status: number, refusal: Refusal): string {
  const body = JSON.stringify(openAiErrorBody(refusal));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `x-request-id: ${id}`,
    `content-type: ${JSON_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
