import assert from 'node:assert/strict';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { borrowNats } from './borrowed-nats.ts';
import { tellFound } from './servers/found-servers.ts';
import { startTemporaryNats, type TemporaryNats } from './temporary-nats.ts';
import { type Scope, test } from './test.ts';

const STREAM = 'GATEWAY_0';

/** A server that this run takes for the one of TEST_NATS_URL. */
async function givenNats(scope: Scope): Promise<{ nats: TemporaryNats; connection: NatsConnection }> {
  const nats = await startTemporaryNats();
  scope.defer(() => nats[Symbol.asyncDispose]());
  const connection = await connect({ servers: [nats.url] });
  scope.defer(() => connection.close());
  const before = { ...process.env };
  scope.defer(() => {
    process.env = before;
  });
  const none = { source: 'none', at: '' } as const;
  const found = { shared: { source: 'url', at: nats.url }, own: none, missing: [] } as const;
  Object.assign(process.env, tellFound({ postgres: found, nats: found, redis: found }));
  return { nats, connection };
}

async function makeStream(connection: NatsConnection): Promise<void> {
  await (await jetstreamManager(connection)).streams.add({ name: STREAM, subjects: ['gw.0.events.committed'] });
}

test('a server that is given is lent to one suite at a time, and has no stream of the one before', async (scope) => {
  const { nats, connection } = await givenNats(scope);
  const first = await borrowNats();
  assert.equal(first.url, nats.url);
  await makeStream(connection);
  let isReturned = false;
  const second = borrowNats().then((borrowed) => {
    assert.ok(isReturned);
    return borrowed;
  });
  isReturned = true;
  await first[Symbol.asyncDispose]();
  await using _ = await second;
  const manager = await jetstreamManager(connection);
  assert.deepEqual(await Array.fromAsync(manager.streams.names()), []);
});

test('a server that is given and has a stream of a gateway is refused, and the stream stays', async (scope) => {
  const { connection } = await givenNats(scope);
  await makeStream(connection);
  await assert.rejects(borrowNats(), /TEST_NATS_URL has a stream GATEWAY_0/);
  const manager = await jetstreamManager(connection);
  assert.deepEqual(await Array.fromAsync(manager.streams.names()), [STREAM]);
});
