import assert from 'node:assert/strict';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Fault } from '#errors/fault.ts';
import { startDeadAddress, startSilentProxy } from '#testkit/silent-network.ts';
import { afterAll, test } from '#testkit/test.ts';
import { createGrpcClient } from '../client.ts';
import type { RpcPeer } from '../rpc-peer.ts';
import { type ServiceHandlers, servedService } from '../served-service.ts';
import { adminToken, startMultiplexedServer } from './testing.ts';

const bounded = { timeoutMs: 20_000 };
/** Linux has this address that answers nothing. */
const onLinux = { ...bounded, where: process.platform === 'linux' };
const isUnavailable = (thrown: unknown) => thrown instanceof Fault && thrown.code === 'unavailable';

/** A head of 1 and one event. From position 2 on, no event ever comes. */
const handlers: Pick<ServiceHandlers<typeof JournalService>, 'head' | 'read'> = {
  head: async () => ({ position: 1n }),
  async *read({ fromPosition }, { signal }) {
    if (fromPosition > 1n) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield { events: [{ position: fromPosition }] };
  },
};

async function serve(): Promise<AsyncDisposable & { readonly address: string }> {
  const service = servedService(JournalService, handlers as ServiceHandlers<typeof JournalService>);
  const server = await startMultiplexedServer([service], { drainTimeoutMs: 100 });
  return { address: server.address, [Symbol.asyncDispose]: () => server.drain() };
}

function clientOf(peer: Omit<RpcPeer, 'adminToken'>) {
  const client = createGrpcClient(JournalService, { adminToken, ...peer });
  afterAll(() => client.close());
  return client.calls;
}

async function readAll(calls: ReturnType<typeof clientOf>, fromPosition: bigint): Promise<number> {
  let messages = 0;
  for await (const _ of calls.read({ fromPosition })) messages += 1;
  return messages;
}

for (const isMultiplexed of [true, false]) {
  const how = isMultiplexed ? 'in a session' : 'of its own';
  test(`a call ${how} whose machine falls silent fails within seconds`, bounded, async () => {
    await using served = await serve();
    await using proxy = await startSilentProxy(served.address);
    const calls = clientOf({ addresses: [proxy.address], isMultiplexed });
    assert.equal(await readAll(calls, 1n), 1);
    const startedAtMs = performance.now();
    const running = assert.rejects(readAll(calls, 2n), isUnavailable);
    setTimeout(proxy.fallSilent, 100);
    await running;
    assert.ok(performance.now() - startedAtMs < 6_000);
  });

  test(`a call ${how} is given to the next machine where one answers no connection`, onLinux, async () => {
    await using dead = await startDeadAddress();
    await using served = await serve();
    const calls = clientOf({ addresses: [dead.address, served.address], isMultiplexed, policy: 'round-robin' });
    const startedAtMs = performance.now();
    for (let n = 0; n < 10; n += 1) assert.equal(await readAll(calls, 1n), 1);
    assert.ok(performance.now() - startedAtMs < 3_000, 'only the first waits for it');
  });
}

test('a unary call is given to the next machine where one answers no connection', onLinux, async () => {
  await using dead = await startDeadAddress();
  await using served = await serve();
  const calls = clientOf({ addresses: [dead.address, served.address], policy: 'round-robin' });
  const startedAtMs = performance.now();
  for (let n = 0; n < 10; n += 1) assert.equal((await calls.head({})).position, 1n);
  assert.ok(performance.now() - startedAtMs < 3_000, 'only the first waits for it');
});

test('where no machine answers a connection, a call without a deadline fails within seconds', onLinux, async () => {
  await using dead = await startDeadAddress();
  const startedAtMs = performance.now();
  await assert.rejects(readAll(clientOf({ addresses: [dead.address] }), 1n), isUnavailable);
  await assert.rejects(readAll(clientOf({ addresses: [dead.address], isMultiplexed: true }), 1n), isUnavailable);
  assert.ok(performance.now() - startedAtMs < 6_000);
});
