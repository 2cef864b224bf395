import assert from 'node:assert/strict';
import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteFrame, RouterPort } from '#contracts/router.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { type Scope, test } from '#testkit/test.ts';
import { routerService } from './router-service.ts';

/** Serves a router with these completions, and returns its client. */
async function serve(t: Scope, complete: RouterPort['complete']) {
  const router: Parameters<typeof routerService>[0] = {
    complete,
    countTokens: async ({ body }) => ({ inputTokens: body.length, isEstimate: false }),
    providerHealth: () => [],
    explainChoice: async () => [],
    listUpstreamModels: async () => ({ models: [], problem: '' }),
    currentHealth: async () => [],
    testProvider: () => Promise.reject(new Error('nothing is tested here')),
  };
  const logger = { warn: () => undefined, error: () => undefined };
  const services = [routerService(router)];
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services,
    adminToken: 't',
    logger,
    withMultiplexing: true,
  });
  const peer = { addresses: [server.address], adminToken: 't', isMultiplexed: true };
  const { calls, close } = createGrpcClient(RouterService, peer);
  t.defer(async () => {
    close();
    await server.drain();
  });
  return calls;
}

const request = { requestId: 'r', body: Buffer.from('{}'), candidates: [{ provider: 'p' }] };

test('an answer larger than any message arrives whole', async (t) => {
  const whole = Buffer.alloc(20 * 1024 * 1024 + 7, 'abcdefg');
  const calls = await serve(t, async function* (): AsyncGenerator<CompleteFrame> {
    yield { kind: 'data', data: whole };
  });
  const parts: Uint8Array[] = [];
  for await (const { frame } of calls.complete(request)) if (frame.case === 'data') parts.push(frame.value);
  assert.ok(Buffer.concat(parts).equals(whole));
});

test('for a client that is gone the signal has aborted before the run begins', async (t) => {
  const aborted: boolean[] = [];
  // biome-ignore lint/correctness/useYield: the signal is all that counts.
  const calls = await serve(t, async function* (_request, signal): AsyncGenerator<CompleteFrame> {
    aborted.push(signal.aborted);
  });
  for (const isClientGone of [true, false]) await Array.fromAsync(calls.complete({ ...request, isClientGone }));
  assert.deepEqual(aborted, [true, false]);
});
