import assert from 'node:assert/strict';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { AdmitRequest } from '#contracts/quota.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { test } from '#testkit/test.ts';
import { quotaService } from './quota-service.ts';

test('over gRPC quota itself answers what is durable, and has nobody told of it on the bus', async (t) => {
  const asked: AdmitRequest[] = [];
  const service = quotaService({
    async admit(request) {
      asked.push(request);
      return { result: { kind: 'refused', refusal: { code: 'insufficient_balance', message: 'No.' } }, window: null };
    },
    balances: async () => [],
    openHolds: () => 0,
    position: () => 0,
  });
  const logger = { warn: () => undefined, error: () => undefined };
  const server = await startGrpcServer({ host: '127.0.0.1', port: 0, services: [service], adminToken: 't', logger });
  const { calls, close } = createGrpcClient(QuotaService, { addresses: [server.address], adminToken: 't' });
  t.defer(async () => {
    close();
    await server.drain();
  });
  for (const noticeTo of ['', 'listener']) {
    await assert.rejects(calls.admit({ requestId: 'r', noticeTo }), { code: 'insufficient_balance' });
  }
  assert.deepEqual(
    asked.map(({ noticeTo }) => noticeTo),
    [undefined, undefined],
  );
});
