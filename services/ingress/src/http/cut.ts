import type { Exchange } from './exchange.ts';

/**
 * Breaks an answer off so that no client takes what it has for the whole: a body in chunks lacks the last, one with a
 * length is shorter. A client of HTTP/1.0 knows the end of a body by the end of the connection, and gets a reset.
 */
export function cut({ request, response }: Exchange): void {
  if (request.httpVersion === '1.0' && response.socket !== null) response.socket.resetAndDestroy();
  else response.destroy();
}

/**
 * Closes the connection of a client that is not there or does not read. The reset has the kernel, too, throw away what
 * it keeps for the client: some megabytes, for minutes.
 */
export function dropClient({ request, record }: Exchange): void {
  record.error ??= 'client_gone';
  request.socket.resetAndDestroy();
}
