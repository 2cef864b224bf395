import assert from 'node:assert/strict';
import { pino } from 'pino';
import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteRequest } from '#contracts/router.ts';
import { type ServiceHandlers, servedService } from '#rpc/served-service.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { test } from '#testkit/test.ts';
import { createRemoteRouter } from './remote-router.ts';
import { createRemoteRouterAdmin } from './remote-router-admin.ts';

const request: CompleteRequest = {
  requestId: 'r',
  userId: 'u',
  body: Buffer.from('{}'),
  parsedBody: {},
  stream: false,
  candidates: [],
  outputTokensMax: 1,
  promptTokensBound: 1,
  outputTokensBound: 1,
  admissionEventId: 'a',
  operation: 'chat',
  format: 'openai-chat',
  headers: {},
  dropsUnplaced: false,
  tellsCost: false,
  multiplierBasisPoints: 10_000,
};

test('a client that left while it was admitted is told to the router, and other calls reach it, too', async (t) => {
  const told: { requestId: string; isClientGone: boolean }[] = [];
  const handlers: ServiceHandlers<typeof RouterService> = {
    async *complete({ requestId, isClientGone }) {
      told.push({ requestId, isClientGone });
      yield { frame: { case: 'failure', value: { code: 'client_gone', message: 'It left.' } } };
    },
    getProviderHealth: async () => ({ providers: [] }),
    countTokens: async ({ format }) => ({ inputTokens: BigInt(format.length), isEstimate: true }),
    testProvider: async ({ providerId }) => ({ isOk: true, model: providerId }),
    explainChoice: async ({ candidates }) => ({
      choices: candidates.map(({ provider }) => ({ provider, state: 'odd' })),
    }),
    listUpstreamModels: async ({ providerId }) => ({ models: [providerId] }),
  };
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [servedService(RouterService, handlers)],
    adminToken: 't',
    logger: { warn: () => undefined, error: () => undefined },
    withMultiplexing: true,
  });
  const router = createRemoteRouter({
    peer: { addresses: [server.address], adminToken: 't' },
    requestTimeoutMs: 5_000,
    logger: pino({ level: 'silent' }),
  });
  t.defer(async () => {
    await router.close();
    await server.drain();
  });
  const frames = await Array.fromAsync(router.complete(request, AbortSignal.abort()));
  assert.deepEqual(told, [{ requestId: 'r', isClientGone: true }]);
  assert.equal(frames.length, 1);
  await Array.fromAsync(router.complete(request, new AbortController().signal));
  assert.deepEqual(told[1], { requestId: 'r', isClientGone: false });
  const counting = { ...request, format: 'anthropic-messages' } as const;
  const counted = await router.countTokens(counting, new AbortController().signal);
  assert.deepEqual(counted, { inputTokens: 'anthropic-messages'.length, isEstimate: true });
  const tests = createRemoteRouterAdmin({ addresses: [server.address], adminToken: 't' });
  t.defer(() => tests.close());
  const tested = await tests.testProvider({ providerId: 'p', model: '' });
  assert.deepEqual([tested.isOk, tested.model], [true, 'p']);
});
