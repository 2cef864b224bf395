import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import { Fault } from '#errors/fault.ts';
import { cutByGateway, GATEWAY_STOPS } from '#kernel/cut-by-gateway.ts';
import { afterAll, test } from '#testkit/test.ts';
import { createGrpcClient } from '../client.ts';
import { RESPONSE_MAX_BYTES } from '../limits.ts';
import { type ServiceHandlers, servedService } from '../served-service.ts';
import type { GrpcServer } from '../server.ts';
import { adminToken, startMultiplexedServer } from './testing.ts';
import { WINDOW_BYTES } from './window.ts';

const hasCode = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

const BODY_BYTES = 10_000;
const body = 'x'.repeat(BODY_BYTES);

interface Served extends AsyncDisposable {
  readonly server: GrpcServer;
  /** How many messages each call has sent, by its first position. */
  readonly given: Map<bigint, number>;
  /** Each call's signal, by its first position. */
  readonly signals: Map<bigint, AbortSignal>;
  isServing: boolean;
}

/**
 * Answers with positions from the requested one to the next whole thousand: five a second from 3,000 on. From 5,000 on
 * it waits until it is aborted, and at 9,000 it fails.
 */
async function serve(drainTimeoutMs = 10_000): Promise<Served> {
  const given = new Map<bigint, number>();
  const signals = new Map<bigint, AbortSignal>();
  const state = { isServing: true };
  const handlers: Pick<ServiceHandlers<typeof JournalService>, 'read'> = {
    async *read({ fromPosition }, { signal }) {
      signals.set(fromPosition, signal);
      const end = (fromPosition / 1_000n + 1n) * 1_000n;
      for (let position = fromPosition; position < end; position++) {
        if (position >= 3_000n && position < 4_000n) await pause(200);
        if (position === 5_000n && !signal.aborted) await once(signal, 'abort');
        if (position === 8_000n) yield { events: [{ position, body: 'x'.repeat(RESPONSE_MAX_BYTES) }] };
        if (position === 9_000n) {
          throw new Fault({ code: 'quota_exceeded', message: 'Enough.', param: 'p', retryAfterMs: 7 });
        }
        given.set(fromPosition, (given.get(fromPosition) ?? 0) + 1);
        yield { events: [{ position, body }] };
      }
    },
  };
  const service = servedService(JournalService, handlers as ServiceHandlers<typeof JournalService>);
  const server = await startMultiplexedServer([service], { isServing: () => state.isServing, drainTimeoutMs });
  return Object.assign(state, { server, given, signals, [Symbol.asyncDispose]: () => server.drain() });
}

function clientOf(addresses: readonly string[], token = adminToken, patienceMs = 0) {
  const peer = { addresses, adminToken: token, isMultiplexed: true, policy: 'round-robin', patienceMs } as const;
  const client = createGrpcClient(JournalService, peer);
  afterAll(() => client.close());
  return client.calls;
}

async function positionsOf(calls: ReturnType<typeof clientOf>, from: bigint): Promise<bigint[]> {
  const positions: bigint[] = [];
  for await (const { events } of calls.read({ fromPosition: from })) {
    assert.equal(events[0]?.body.length, BODY_BYTES);
    positions.push(events[0]?.position ?? -1n);
  }
  return positions;
}

test('many calls at once each get all of their own messages, in order', async () => {
  await using served = await serve();
  const calls = clientOf([served.server.address]);
  const starts = Array.from({ length: 40 }, (_, index) => BigInt(index < 20 ? 900 + index : 1_950 + index));
  const answers = await Promise.all(starts.map((start) => positionsOf(calls, start)));
  for (const [index, start] of starts.entries()) {
    const end = (start / 1_000n + 1n) * 1_000n;
    assert.deepEqual(
      answers[index],
      Array.from({ length: Number(end - start) }, (_, n) => start + BigInt(n)),
    );
  }
});

test('a reader that does not read holds up its own handler, and no other call', async () => {
  await using served = await serve();
  const calls = clientOf([served.server.address]);
  const slow = calls.read({ fromPosition: 1n })[Symbol.asyncIterator]();
  await slow.next();
  assert.equal((await positionsOf(calls, 990n)).length, 10);
  await pause(200);
  const given = served.given.get(1n) ?? 0;
  assert.ok(given * BODY_BYTES < 2 * WINDOW_BYTES, `${given} messages wait for a reader that does not read`);
  let rest = 1;
  for (let next = await slow.next(); next.done !== true; next = await slow.next()) rest += 1;
  assert.equal(rest, 999, 'it goes on where it is read again');
});

test('a failure comes after what was sent before it, with all its fields', async () => {
  await using served = await serve();
  const calls = clientOf([served.server.address]);
  await assert.rejects(positionsOf(calls, 9_000n), (thrown) => {
    assert.ok(thrown instanceof Fault);
    assert.deepEqual(thrown.refusal, { code: 'quota_exceeded', message: 'Enough.', param: 'p', retryAfterMs: 7 });
    return true;
  });
  assert.equal((await positionsOf(calls, 998n)).length, 2, 'and no other call is touched by it');
});

test('a message that is too large fails its call, and no other', async () => {
  await using served = await serve();
  const calls = clientOf([served.server.address]);
  const other = positionsOf(calls, 3_998n);
  await assert.rejects(positionsOf(calls, 8_000n), hasCode('internal_error'));
  assert.equal((await other).length, 2);
});

test('a call that is aborted, late, or no longer read ends at the server, too', async () => {
  await using served = await serve();
  const calls = clientOf([served.server.address]);
  const aborting = new AbortController();
  const waiting = async (from: bigint, options: { signal?: AbortSignal; timeoutMs?: number }): Promise<void> => {
    for await (const _ of calls.read({ fromPosition: from }, options));
  };
  const aborted = waiting(4_998n + 2n, { signal: aborting.signal });
  await untilTrue(() => served.signals.has(5_000n));
  aborting.abort();
  await assert.rejects(aborted, hasCode('client_gone'));
  await untilTrue(() => served.signals.get(5_000n)?.aborted === true);

  served.signals.clear();
  await assert.rejects(waiting(5_000n, { timeoutMs: 100 }), hasCode('request_timeout'));
  await untilTrue(() => served.signals.get(5_000n)?.aborted === true);

  for await (const _ of calls.read({ fromPosition: 1n })) break;
  await untilTrue(() => served.signals.get(1n)?.aborted === true);
  await assert.rejects(waiting(1n, { signal: AbortSignal.abort() }), hasCode('client_gone'));
});

test('a call says whether its client left, or the process that it came from stops', async () => {
  await using served = await serve();
  const calls = clientOf([served.server.address]);
  for (const [reason, told] of [
    [GATEWAY_STOPS, 'stop'],
    [undefined, null],
  ] as const) {
    served.signals.clear();
    const aborting = new AbortController();
    const waiting = calls.read({ fromPosition: 5_000n }, { signal: aborting.signal })[Symbol.asyncIterator]().next();
    const aborted = assert.rejects(waiting, hasCode('client_gone'));
    await untilTrue(() => served.signals.has(5_000n));
    aborting.abort(reason);
    await aborted;
    await untilTrue(() => served.signals.get(5_000n)?.aborted === true);
    assert.equal(cutByGateway(served.signals.get(5_000n) ?? aborting.signal), told);
  }
});

test('a server that drains ends its calls, begins none, and the next server has them', async () => {
  await using first = await serve();
  await using second = await serve();
  const calls = clientOf([first.server.address, second.server.address]);
  const running = calls.read({ fromPosition: 1n })[Symbol.asyncIterator]();
  await running.next();
  assert.equal(first.given.size, 1);
  const drained = first.server.drain();
  for (let n = 0; n < 6; n += 1) assert.equal((await positionsOf(calls, 995n - BigInt(n))).length, 5 + n);
  assert.deepEqual([...first.given.keys()], [1n], 'nothing was begun while it drained');
  let rest = 1;
  for (let next = await running.next(); next.done !== true; next = await running.next()) rest += 1;
  assert.equal(rest, 999);
  await drained;
});

test('a call that runs longer than keepalive pings are apart ends whole though its server drains', async () => {
  const served = await serve();
  const calls = clientOf([served.server.address]);
  const answer = positionsOf(calls, 3_984n);
  await untilTrue(() => served.given.has(3_984n));
  const drained = served.server.drain();
  assert.equal((await answer).length, 16);
  await drained;
});

test('a call on its way to a server that takes no more of them is given to the next', async () => {
  await using first = await serve();
  await using second = await serve();
  const calls = clientOf([first.server.address, second.server.address]);
  assert.equal((await positionsOf(calls, 999n)).length, 1);
  assert.equal((await positionsOf(calls, 999n)).length, 1);
  const [one, , drained] = await Promise.all([
    positionsOf(calls, 990n),
    positionsOf(calls, 990n),
    first.server.drain(),
  ]);
  assert.equal(one.length, 10);
  assert.equal(drained, undefined);
});

test('a standby begins nothing', async () => {
  await using first = await serve();
  await using second = await serve();
  first.isServing = false;
  const calls = clientOf([first.server.address, second.server.address]);
  assert.equal((await positionsOf(calls, 990n)).length, 10);
  assert.equal(first.given.size, 0);
  second.isServing = false;
  await assert.rejects(positionsOf(calls, 990n), hasCode('unavailable'));
});

test('a call that no server begins now is offered again while there is patience', async () => {
  await using served = await serve();
  served.isServing = false;
  const calls = clientOf([served.server.address], adminToken, 2_000);
  const answer = positionsOf(calls, 990n);
  await pause(300);
  served.isServing = true;
  assert.equal((await answer).length, 10);
  served.isServing = false;
  const startedAtMs = performance.now();
  await assert.rejects(positionsOf(calls, 990n), hasCode('unavailable'));
  assert.ok(performance.now() - startedAtMs >= 2_000);
});

test('a lost connection fails the calls that ran, and the next one connects anew', async () => {
  await using served = await serve(100);
  const calls = clientOf([served.server.address]);
  const running = calls.read({ fromPosition: 5_000n })[Symbol.asyncIterator]();
  const next = running.next();
  await untilTrue(() => served.signals.has(5_000n));
  const port = Number(served.server.address.split(':')[1]);
  const failed = assert.rejects(next, hasCode('unavailable'));
  // It is cut off after its time.
  await served.server.drain();
  await failed;
  const again = await startMultiplexedServer([servedService(JournalService, reading)], { port });
  await untilTrue(async () => (await positionsOf(calls, 1n).catch(() => [])).length === 1);
  await again.drain();
});

test('a call that must not run twice is not begun by another server where the one that began it is lost', async () => {
  const begun: number[] = [];
  const handlersOf = (index: number): Pick<ServiceHandlers<typeof RouterService>, 'complete'> => ({
    // biome-ignore lint/correctness/useYield: it is lost before it answers.
    async *complete(_request, { signal }) {
      begun.push(index);
      await once(signal, 'abort');
    },
  });
  const start = (index: number) => {
    const service = servedService(RouterService, handlersOf(index) as ServiceHandlers<typeof RouterService>);
    return startMultiplexedServer([service], { drainTimeoutMs: 100 });
  };
  const servers = [await start(0), await start(1)];
  const addresses = servers.map(({ address }) => address);
  const peer = { addresses, adminToken, isMultiplexed: true, policy: 'round-robin', patienceMs: 2_000 } as const;
  const client = createGrpcClient(RouterService, peer);
  afterAll(() => client.close());
  const failed = assert.rejects(client.calls.complete({})[Symbol.asyncIterator]().next(), hasCode('unavailable'));
  await untilTrue(() => begun.length === 1);
  await servers[begun[0] ?? -1]?.drain();
  await failed;
  assert.equal(begun.length, 1);
  await Promise.all(servers.map((server) => server.drain()));
});

test('a wrong token is refused', async () => {
  await using served = await serve();
  await assert.rejects(positionsOf(clientOf([served.server.address], 'wrong'), 1n), hasCode('invalid_admin_token'));
});

const reading = {
  async *read({ fromPosition }) {
    yield { events: [{ position: fromPosition, body }] };
  },
} as Pick<ServiceHandlers<typeof JournalService>, 'read'> as ServiceHandlers<typeof JournalService>;

async function untilTrue(check: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 5_000; Date.now() < endMs; await pause(5)) if (await check()) return;
  assert.fail('waited too long');
}
