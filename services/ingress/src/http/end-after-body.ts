import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';

/** How long, and how much, a client that was refused may go on sending before the connection is closed on it. */
const LINGER_MS = 5_000;
const LINGER_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Answers a request whose body is still on its way, and closes the connection only once the body was read away or the
 * patience is at its end. Closing at once would make the kernel send a reset, which throws away an answer that the
 * client has not read yet: it would see a broken connection in place of a 413. The answer carries its length, so that
 * the client has it whole before the end.
 */
export function endAfterBody(exchange: Exchange, status: number, body: Buffer, contentType: string): void {
  const { request, response } = exchange;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    connection: 'close',
  });
  response.write(body);
  let discardedBytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', discard);
    response.end();
  };
  const discard = (chunk: Buffer): void => {
    discardedBytes += chunk.length;
    if (discardedBytes > LINGER_MAX_BYTES) end();
  };
  const timer = setTimeout(end, LINGER_MS);
  timer.unref();
  request.on('data', discard);
  request.once('end', end);
  request.once('close', end);
  if (request.readableEnded || !isOnItsWay(request.headers)) end();
}

/** Not where the client asked whether to send a body of this length, and the answer is no. */
function isOnItsWay(headers: IncomingHttpHeaders): boolean {
  return (
    headers.expect === undefined || !/100-continue/i.test(headers.expect) || headers['content-length'] === undefined
  );
}
