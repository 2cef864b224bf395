/**
 * A provider that fails every second call with a 500 and passes the others on. Run as
 * `node benchmarks/failing-half.ts --upstream http://127.0.0.1:4010`; it prints one line when it listens, and ends with its parent.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';

const { values: flags } = parseArgs({ options: { upstream: { type: 'string' } } });
const pool = new Pool(flags.upstream ?? '', { connections: 512, pipelining: 1 });
let calls = 0;

const server = createServer(async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  calls += 1;
  if (calls % 2 === 0) {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"The server had an error","type":"server_error"}}');
    return;
  }
  const { statusCode, headers, body } = await pool.request({
    path: request.url ?? '/',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
    body: Buffer.concat(pieces),
  });
  response.writeHead(statusCode, { 'content-type': String(headers['content-type']) });
  for await (const chunk of body) response.write(chunk);
  response.end();
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${port}` }));
});
process.once('SIGTERM', () => process.exit(0));
process.stdin.once('close', () => process.exit(0)).resume();
