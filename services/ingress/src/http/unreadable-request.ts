import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { newId } from '#kernel/ids.ts';
import type { Logger } from '#telemetry/logger.ts';
import { answerRefusal } from './answer.ts';
import type { Connections } from './connections.ts';
import type { Exchange } from './exchange.ts';
import { endRaw, rawAnswer } from './raw-answer.ts';

/** What is said of a client that closed its connection in the middle of a request, or of an answer. */
const goneCodes = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** Of the API, whatever the path. */
const ALLOW = 'GET, HEAD, POST, OPTIONS';

interface Unreadable {
  readonly status: number;
  readonly refusal: Refusal;
}

/**
 * Answers what the HTTP parser could not read: header junk, headers too large, a request that came too slowly. The
 * answer has an id and OpenAI's shape like any other, and the connection is closed, since where the next request would
 * begin is unknown.
 */
export function unreadableRequestHandler(
  connections: Connections,
  logger: Logger,
): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return (error, socket) => {
    const connection = connections.of(socket);
    if (connection === undefined || goneCodes.has(error.code ?? '') || !socket.writable) {
      socket.destroy();
      return;
    }
    // The parser fails anew on each piece of the junk.
    if (connection.isEnding) return;
    connection.isEnding = true;
    const { status, refusal } = unreadable(error.code ?? '');
    const { latest, open } = connection;
    if (latest !== undefined && open.has(latest) && !latest.request.complete && !latest.response.headersSent) {
      // The junk is inside of this request's body.
      latest.response.setHeader('connection', 'close');
      answerRefusal(latest, refusal);
      return;
    }
    const answer = (): void => {
      const id = newId();
      logger.info({ requestId: id, status, error: refusal.code, cause: error.code }, 'unreadable request');
      endRaw(socket, rawAnswer(id, status, refusal));
    };
    afterOpen(open, answer);
  };
}

/**
 * Answers CONNECT, which asks for a tunnel. Node has let go of the connection by then, so that answers in front of this
 * one can no longer be waited for: nobody who pipelines opens a tunnel.
 */
export function connectHandler(
  connections: Connections,
  logger: Logger,
): (request: IncomingMessage, socket: Duplex) => void {
  return (_request, socket) => {
    socket.on('error', () => socket.destroy());
    const connection = connections.of(socket);
    const id = newId();
    logger.info({ requestId: id, status: 405, error: 'method_not_allowed' }, 'unreadable request');
    if (connection === undefined || connection.open.size > 0) {
      socket.destroy();
      return;
    }
    connection.isEnding = true;
    const message = `Not allowed to CONNECT: this is no proxy. Use ${ALLOW}.`;
    endRaw(socket, rawAnswer(id, 405, { code: 'method_not_allowed', message }, { allow: ALLOW }));
  };
}

/** Once the answers in front have left: words put in between would become part of them. */
function afterOpen(open: ReadonlySet<Exchange>, act: () => void): void {
  const last = [...open].at(-1);
  if (last === undefined) act();
  else last.response.once('close', act);
}

function unreadable(code: string): Unreadable {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, refusal: { code: 'request_timeout', message: 'The request did not arrive in time.' } };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, refusal: invalid('The request headers are too large.') };
    default:
      return { status: 400, refusal: invalid('The request is not valid HTTP.') };
  }
}
