import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { type Scope, test } from '#testkit/test.ts';
import { GONE_AFTER_MS, LOOK_INTERVAL_MS } from './address-watch.ts';
import { ask, dnsOf, endOf, httpProvider } from './testing.ts';

/** What the README promises. */
const FOLLOWED_WITHIN_MS = 60_000;

/** Providers at two addresses of this machine, and one port. Each says who it is; those that wait are ended by the test. */
async function twoAddresses(test: Scope) {
  const waiting: ServerResponse[] = [];
  const counts = new Map<string, number>();
  let port = 0;
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    const server = createServer((request, response) => {
      request.resume();
      if (request.url?.endsWith('/wait') !== true) return void response.end(host);
      response.write(host);
      waiting.push(response);
    });
    server.on('connection', () => counts.set(host, (counts.get(host) ?? 0) + 1));
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    ({ port } = server.address() as AddressInfo);
    test.defer(() => {
      server.closeAllConnections();
      server.close();
    });
  }
  return { url: `http://provider.test:${port}/v1`, waiting, counts };
}

test('a busy provider is followed to its new address within a minute, and running calls end where they are', async (t) => {
  const { url, waiting } = await twoAddresses(t);
  let [nowMs, address] = [0, '127.0.0.1'];
  const provider = httpProvider(t, url, { dns: dnsOf(() => [address]), now: () => nowMs });
  const textOf = async (): Promise<string> => {
    const ended = await endOf(ask(provider));
    await setImmediate();
    return 'text' in ended ? ended.text : ended.fault.code;
  };
  const running = ask(provider, '/v1/wait');
  await running.head;
  assert.equal(await textOf(), '127.0.0.1');
  address = '127.0.0.2';
  const movedAtMs = nowMs;
  while ((await textOf()) === '127.0.0.1') {
    nowMs += 1_000;
    assert.ok(nowMs - movedAtMs <= FOLLOWED_WITHIN_MS, 'it takes too long');
  }
  assert.ok(nowMs - movedAtMs > GONE_AFTER_MS, 'one answer without it says little');
  assert.equal(await textOf(), '127.0.0.2');
  waiting[0]?.end(' to the end');
  const ended = await endOf(running);
  assert.equal('text' in ended && ended.text, '127.0.0.1 to the end');
});

test('addresses that take turns in the answers are all kept, and a DNS that is away changes nothing', async (t) => {
  const { url, counts } = await twoAddresses(t);
  const both = ['127.0.0.1', '127.0.0.2'];
  let [nowMs, looks, isAway] = [0, 0, false];
  const dns = dnsOf(() => {
    looks += 1;
    return isAway ? [] : [both[looks % 2] ?? ''];
  });
  const provider = httpProvider(t, url, { dns, now: () => nowMs });
  const rounds = 20;
  for (let round = 0; round < rounds; round++) {
    const ended = await endOf(ask(provider));
    assert.ok('text' in ended);
    await setImmediate();
    nowMs += LOOK_INTERVAL_MS;
    isAway = round >= rounds / 2;
  }
  assert.ok(looks > rounds / 2, `${looks} looks`);
  assert.deepEqual([...counts.values()], [1], 'one connection served all calls');
});
