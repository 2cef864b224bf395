/**
 * The ceiling for a proxy in Node: `node:http` in, an undici pool out, bodies streamed through, and nothing else. Run as
 * `node benchmarks/bare-proxy.ts --upstream http://127.0.0.1:4010`; it prints one line when it listens, and ends with
 * its parent (when standard input closes).
 */
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

/** As the gateway's router has it for a provider, so that neither queues where the other does not. */
const CONNECTIONS_MAX = 512;

/** Belong to one connection, not to the message. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'expect']);

const { values: flags } = parseArgs({ options: { upstream: { type: 'string' } } });
const pool = new Pool(flags.upstream ?? '', { connections: CONNECTIONS_MAX, pipelining: 1 });
const server = createServer(forward);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` }));
});
process.once('SIGTERM', () => process.exit(0));
process.stdin.once('close', () => process.exit(0)).resume();

function forward(request: IncomingMessage, response: ServerResponse): void {
  pool.dispatch(
    {
      path: request.url ?? '/',
      method: request.method ?? 'GET',
      headers: passedOn(request.headers),
      body: request,
    },
    {
      onRequestStart(controller) {
        response.once('close', () => {
          if (!response.writableFinished) controller.abort(new Error('the client went away'));
        });
      },
      onResponseStart(_controller, status, headers) {
        response.writeHead(status, passedOn(headers));
      },
      onResponseData(controller, chunk) {
        if (response.write(chunk)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      },
      onResponseEnd() {
        response.end();
      },
      onResponseError() {
        if (response.headersSent) response.destroy();
        else response.writeHead(502).end();
      },
    },
  );
}

function passedOn(headers: OutgoingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !HOP_BY_HOP.has(name)) kept[name] = typeof value === 'number' ? String(value) : value;
  }
  return kept;
}
