/**
 * Answers every request over TLS with a stream of pieces at full speed. `--http 1` or `--http 2`, `--cert FILE`, `--key FILE`. Prints
 * one line when it listens, and ends with its parent (when standard input closes).
 */
import { readFileSync } from 'node:fs';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { parseArgs } from 'node:util';

/** Some sentences: an answer of 50 pieces. */
const PIECES = 50;
const PIECE = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"some words"},"finish_reason":null}]}\n\n';

const { values } = parseArgs({
  options: { http: { type: 'string' }, cert: { type: 'string' }, key: { type: 'string' } },
});
const pem = { cert: readFileSync(values.cert ?? ''), key: readFileSync(values.key ?? '') };
const server =
  values.http === '2'
    ? createSecureServer(pem, answer)
    : createServer(pem, (request, response) => answer(request as never, response as never));
// node:http2 does not do it by itself, and Nagle's algorithm would hold pieces back for 40 ms.
server.on('secureConnection', (socket: Socket) => socket.setNoDelay(true));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ event: 'listening', url: `https://localhost:${port}` }));
});
process.once('SIGTERM', () => process.exit(0));
process.stdin.once('close', () => process.exit(0)).resume();

function answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let written = 0;
    const more = (): void => {
      if (response.destroyed) return;
      response.write(PIECE);
      written += 1;
      if (written < PIECES) setImmediate(more);
      else response.end('data: [DONE]\n\n');
    };
    more();
  });
}
