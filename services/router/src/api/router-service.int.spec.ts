import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteFrame, RouterPort } from '#contracts/router.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { routerService } from './router-service.ts';

test('an answer larger than any message arrives whole', async () => {
  const whole = Buffer.alloc(20 * 1024 * 1024 + 7, 'abcdefg');
  const router: RouterPort = {
    async *complete(): AsyncGenerator<CompleteFrame> {
      yield { kind: 'data', data: whole };
    },
    findModel: () => undefined,
    listModels: () => [],
    providerHealth: () => [],
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
  const parts: Uint8Array[] = [];
  const request = { requestId: 'r', body: Buffer.from('{}'), candidates: [{ provider: 'p' }] };
  for await (const { frame } of calls.complete(request)) if (frame.case === 'data') parts.push(frame.value);
  assert.ok(Buffer.concat(parts).equals(whole));
  close();
  await server.drain();
});
