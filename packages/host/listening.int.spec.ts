import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from '#testkit/test.ts';
import { listening } from './listening.ts';

/** Tries to listen, as `net` does. */
function tryAt(host: string, port: number): Promise<unknown> {
  const server = createServer();
  const begun = once(server, 'listening').finally(() => server.close());
  server.listen(port, host);
  const address = { host, port, hostSetting: 'GATEWAY_HOST', portSetting: 'GATEWAY_PORT' };
  return listening(address, begun);
}

test('a port that is taken is told with its number and its setting', async (context) => {
  const other = createServer().listen(0, '127.0.0.1');
  context.defer(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await assert.rejects(
    tryAt('127.0.0.1', port),
    new RegExp(`port ${port} of 127.0.0.1 is in use by another program: .* GATEWAY_PORT`),
  );
});

test('an address of another machine is told with the setting of the host', async () => {
  await assert.rejects(tryAt('192.0.2.1', 0), /192\.0\.2\.1 is not an address of this machine: set GATEWAY_HOST/);
});

test('any other failure stays what it is', async () => {
  const address = { host: 'x', port: 1, hostSetting: 'H', portSetting: 'P' };
  await assert.rejects(listening(address, Promise.reject(new Error('no luck'))), /^Error: no luck$/);
});
