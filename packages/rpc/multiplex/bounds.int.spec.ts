import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type ClientDuplexStream, Metadata, type ServiceError } from '@grpc/grpc-js';
import { JournalService, ReadRequestSchema } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import {
  type CallerStepSchema,
  MultiplexService,
  type OpenRequest,
  OpenRequestSchema,
  type OpenResponse,
  type ServerStep,
} from '#contracts/gen/gateway/rpc/v1/multiplex_pb.js';
import { Fault } from '#errors/fault.ts';
import { afterAll, test } from '#testkit/test.ts';
import { setBearerToken } from '../bearer-token.ts';
import { createGrpcClient } from '../client.ts';
import { REQUEST_MAX_BYTES } from '../limits.ts';
import type { RpcPeer } from '../rpc-peer.ts';
import { type ServiceHandlers, servedService } from '../served-service.ts';
import type { GrpcServer } from '../server.ts';
import { openServers } from '../servers.ts';
import { grpcMethodDefinition } from '../service-definition.ts';
import { adminToken, startMultiplexedServer } from './testing.ts';

const hasCode = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

interface Served extends AsyncDisposable {
  readonly server: GrpcServer;
  /** The begun calls, by the length of their requests. */
  readonly begun: number[];
  isServing: boolean;
}

/** Answers once. After `waits`, it first waits for its end. */
async function serve(
  options: { readonly requestMaxBytes?: number; readonly drainTimeoutMs?: number } = {},
): Promise<Served> {
  const begun: number[] = [];
  const state = { isServing: true };
  const router: Pick<ServiceHandlers<typeof RouterService>, 'complete'> = {
    async *complete({ requestId, body }, { signal }) {
      begun.push(body.length);
      if (requestId === 'waits' && !signal.aborted) await once(signal, 'abort');
      yield { frame: { case: 'data', value: new Uint8Array(1) } };
    },
  };
  const journal: Pick<ServiceHandlers<typeof JournalService>, 'read'> = {
    async *read({ fromPosition }) {
      for (let position = fromPosition; ; position += 1n) yield { events: [{ position, body: 'x'.repeat(100_000) }] };
    },
  };
  const services = [
    servedService(RouterService, router as ServiceHandlers<typeof RouterService>),
    servedService(JournalService, journal as ServiceHandlers<typeof JournalService>),
  ];
  const server = await startMultiplexedServer(services, { isServing: () => state.isServing, ...options });
  return Object.assign(state, { server, begun, [Symbol.asyncDispose]: () => server.drain() });
}

const completionsOf = (peer: Omit<RpcPeer, 'adminToken'>) => {
  const client = createGrpcClient(RouterService, { adminToken, isMultiplexed: true, ...peer });
  afterAll(() => client.close());
  return async (
    request: { requestId?: string; body?: Uint8Array },
    options: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<number> => (await Array.fromAsync(client.calls.complete(request, options))).length;
};

test('a request larger than its server takes fails alone, clearly and at once', async () => {
  await using served = await serve();
  const complete = completionsOf({ addresses: [served.server.address], patienceMs: 5_000 });
  const aborting = new AbortController();
  const other = complete({ requestId: 'waits' }, { signal: aborting.signal });
  await untilTrue(() => served.begun.length === 1);
  const startedAtMs = performance.now();
  await assert.rejects(complete({ body: new Uint8Array(REQUEST_MAX_BYTES) }), hasCode('body_too_large'));
  assert.ok(performance.now() - startedAtMs < 2_000);
  assert.equal(await complete({ body: new Uint8Array(REQUEST_MAX_BYTES - 64 * 1024) }), 1);
  aborting.abort();
  await assert.rejects(other, hasCode('client_gone'), 'the session went on');
});

test('what a server takes is what it says, from the first call on', async () => {
  const large = new Uint8Array(REQUEST_MAX_BYTES + 1_000_000);
  await using wide = await serve({ requestMaxBytes: 2 * REQUEST_MAX_BYTES });
  assert.equal(await completionsOf({ addresses: [wide.server.address] })({ body: large }), 1);
  await using narrow = await serve({ requestMaxBytes: 64 * 1024 });
  const complete = completionsOf({ addresses: [narrow.server.address] });
  const answers = await Promise.allSettled([
    complete({ body: large }),
    ...Array.from({ length: 20 }, () => complete({ body: new Uint8Array(60 * 1024) })),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', ...Array.from({ length: 20 }, () => 'fulfilled')],
  );
});

test('a call that is over before it begins is never sent', async () => {
  await using served = await serve();
  const complete = completionsOf({ addresses: [served.server.address] });
  await assert.rejects(complete({}, { signal: AbortSignal.abort() }), hasCode('client_gone'));
  assert.equal(await complete({ body: new Uint8Array(3) }), 1);
  assert.deepEqual(served.begun, [3]);
});

test('patience ends with the call: at its deadline, and when it is aborted', async () => {
  await using served = await serve();
  served.isServing = false;
  const complete = completionsOf({ addresses: [served.server.address], patienceMs: 5_000 });
  const startedAtMs = performance.now();
  await assert.rejects(complete({}, { timeoutMs: 300 }), hasCode('request_timeout'));
  const signal = AbortSignal.timeout(300);
  await assert.rejects(complete({}, { signal }), hasCode('client_gone'));
  assert.ok(performance.now() - startedAtMs < 2_000);
});

test('a deadline beyond what a timer can hold is none', async () => {
  await using served = await serve();
  const complete = completionsOf({ addresses: [served.server.address] });
  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 31])
    assert.equal(await complete({}, { timeoutMs }), 1);
  await assert.rejects(complete({}, { timeoutMs: -1 }), hasCode('request_timeout'));
});

test('ten thousand calls at once are all answered', async () => {
  await using served = await serve();
  const complete = completionsOf({ addresses: [served.server.address] });
  const answers = await Promise.all(Array.from({ length: 10_000 }, () => complete({})));
  assert.ok(answers.every((messages) => messages === 1));
});

type Step = MessageInitShape<typeof CallerStepSchema>;

/** A caller that can send any step. */
function rawSession(address: string) {
  const servers = openServers({ addresses: [address], adminToken });
  afterAll(() => servers.close());
  const [server] = servers.inOrder() as ReturnType<typeof openServers>['inOrder'] extends () => infer T
    ? Exclude<T, Promise<unknown>>
    : never;
  const { path, requestSerialize, responseDeserialize } = grpcMethodDefinition(MultiplexService.method.open);
  const metadata = new Metadata();
  setBearerToken(metadata, adminToken);
  const stream = (server ?? assert.fail()).client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadata,
  ) as unknown as ClientDuplexStream<OpenRequest, OpenResponse>;
  const steps: ServerStep[] = [];
  const ended = Promise.withResolvers<ServiceError | undefined>();
  stream.on('error', ended.resolve);
  stream.on('end', () => ended.resolve(undefined));
  return {
    stream,
    steps,
    ended: ended.promise,
    read: () => stream.on('data', (message: OpenResponse) => void steps.push(...message.steps)),
    say: (...said: Step[]) => stream.write(create(OpenRequestSchema, { steps: said })),
  };
}

const COMPLETE = 'gateway.router.v1.RouterService/Complete';
const startOf = (call: number, method = COMPLETE, message = new Uint8Array()): Step => ({
  call,
  step: { case: 'start', value: { method, message } },
});
const casesOf = (steps: readonly ServerStep[], call: number) =>
  steps.filter((step) => step.call === call).map(({ step }) => step.case);

test('steps nobody knows, for calls there are none of, and garbage harm no call of the session', async () => {
  await using served = await serve();
  const session = rawSession(served.server.address);
  session.read();
  session.say(
    { call: 1 },
    { call: 7, step: { case: 'cancel', value: {} } },
    { call: 7, step: { case: 'takenBytes', value: 2 ** 32 - 1 } },
    startOf(2, 'no.Such/Method'),
    startOf(3, COMPLETE, Buffer.from('no protobuf at all')),
    startOf(4),
  );
  await untilTrue(() => casesOf(session.steps, 4).includes('end'));
  assert.deepEqual(casesOf(session.steps, 2), ['failure']);
  assert.deepEqual(casesOf(session.steps, 3), ['failure']);
  assert.deepEqual(casesOf(session.steps, 4), ['message', 'end']);
  session.say(startOf(4));
  await untilTrue(() => casesOf(session.steps, 4).length === 4);
  session.stream.end();
  assert.equal(await session.ended, undefined);
});

test('a number of a call that runs begins no second one', async () => {
  await using served = await serve();
  const session = rawSession(served.server.address);
  session.read();
  session.say(startOf(1, COMPLETE, Buffer.from([0x0a, 5, ...Buffer.from('waits')])), startOf(1), startOf(2));
  await untilTrue(() => casesOf(session.steps, 2).includes('end'));
  assert.equal(served.begun.length, 2);
  session.stream.cancel();
});

test('a caller that grants no room holds up its own call alone, and no drain', async () => {
  const served = await serve({ drainTimeoutMs: 300 });
  const session = rawSession(served.server.address);
  session.read();
  const request = create(ReadRequestSchema, { fromPosition: 1n });
  session.say(
    startOf(1, 'gateway.journal.v1.JournalService/Read', Buffer.from([0x08, Number(request.fromPosition)])),
    startOf(2),
  );
  await untilTrue(() => casesOf(session.steps, 2).includes('end'));
  await pause(200);
  assert.ok(casesOf(session.steps, 1).length <= 4, `${casesOf(session.steps, 1).length} messages without room`);
  const startedAtMs = performance.now();
  await served.server.drain();
  assert.ok(performance.now() - startedAtMs < 2_000);
  assert.notEqual(await session.ended, undefined);
});

test('a caller that reads nothing is heard no more, so that what it is owed stays bounded', async () => {
  const served = await serve({ drainTimeoutMs: 300 });
  const session = rawSession(served.server.address);
  session.read();
  session.say(startOf(1));
  await untilTrue(() => casesOf(session.steps, 1).includes('end'));
  session.stream.pause();
  const method = 'x'.repeat(1_000);
  let isTaken = true;
  let sent = 0;
  // Each gets a failure that names the method.
  for (let call = 2; call < 200_000 && isTaken; call += 1_000) {
    const said = Array.from({ length: 1_000 }, (_, index) => startOf(call + index, method));
    if (!session.say(...said))
      isTaken = await Promise.race([once(session.stream, 'drain').then(() => true), pause(3_000, false)]);
    sent += said.length;
  }
  assert.equal(isTaken, false, `${sent} calls were heard of a caller that reads no answer`);
  session.stream.cancel();
  await served.server.drain();
});

async function untilTrue(check: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 5_000; Date.now() < endMs; await pause(5)) if (check()) return;
  assert.fail('waited too long');
}
