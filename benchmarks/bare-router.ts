/**
 * The router alone as a server: `node:http` in, the gateway's router with one provider, its frames out. Admission, billing and the
 * log are left out: its log takes everything at once and keeps nothing. Run as
 * `node benchmarks/bare-router.ts --upstream http://127.0.0.1:4010`; it prints one line when it listens, and ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { privatePlacesFrom } from '#config/private-places.ts';
import type { Journal } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { createRouter } from '../services/router/src/router.ts';
import { benchRequest } from './load/router-request.ts';

const PROVIDER = 'simulator';

const { values: flags } = parseArgs({ options: { upstream: { type: 'string' } } });

const forgetfulLog: Pick<Journal, 'append' | 'readStream'> = {
  append: async () => ({ kind: 'appended', position: 1, isRepeat: false }),
  readStream: async () => [],
};

const router = createRouter({
  registry: registryOf(policy.provider({ id: PROVIDER, baseUrl: `${flags.upstream ?? ''}/v1` })),
  keys: { read: () => ({ apiKey: 'any-key', proxyCredentials: '', clientKey: '' }), watch: () => () => undefined },
  privatePlaces: privatePlacesFrom({ privateProviders: ['127.0.0.1'], providers: [] }, {}),
  journal: forgetfulLog as Journal,
  logger: pino({ level: 'silent' }),
});

const server = createServer((request, response) => {
  void serve(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` }));
});
process.once('SIGTERM', () => process.exit(0));
process.stdin.once('close', () => process.exit(0)).resume();

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort();
  });
  for await (const frame of router.complete(benchRequest(newId(), PROVIDER, body), left.signal)) {
    switch (frame.kind) {
      case 'head':
        response.writeHead(frame.status, { 'content-type': frame.contentType });
        break;
      case 'data':
        response.write(frame.data);
        break;
      case 'end':
        response.end();
        break;
      case 'failure':
        if (response.headersSent) response.destroy();
        else response.writeHead(502).end(frame.failure.message);
    }
  }
}
