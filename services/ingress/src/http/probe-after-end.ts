import type { Socket } from 'node:net';
import type { Exchange } from './exchange.ts';

/** Between two looks: the first after a round trip within a data centre, later ones up to a second apart. */
const FIRST_LOOK_MS = 5;
const LOOK_MAX_MS = 1_000;

/**
 * Finds out what the end of a client's side means while the client has an answer to come. A client that only sends no
 * more still reads; one that has left sends the same FIN, and a reset for whatever it is sent then. So the client is
 * sent something that it skips: `100 Continue` before an answer has begun (Python's http.client takes a 102 for the
 * answer itself), a comment in a stream. A write of nothing then meets the reset, which nobody would see otherwise: a
 * socket whose end has come is not read any more.
 */
export function probeAfterEnd(socket: Socket, open: ReadonlySet<Exchange>): void {
  const [current] = open;
  // Node closes a connection on which nothing is to be answered.
  if (current === undefined || !socket.writable) return;
  const { request, response, probe } = current;
  if (probe !== undefined) probe();
  else if (!response.headersSent && request.httpVersion === '1.1') response.writeContinue();
  let waitMs = FIRST_LOOK_MS;
  const look = (): void => {
    if (!socket.writable) return;
    socket.write('');
    waitMs = Math.min(waitMs * 2, LOOK_MAX_MS);
    timer = setTimeout(look, waitMs);
  };
  let timer = setTimeout(look, waitMs);
  socket.once('close', () => clearTimeout(timer));
}
