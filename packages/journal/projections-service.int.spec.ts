import assert from 'node:assert/strict';
import { ProjectionsService } from '#contracts/gen/gateway/projections/v1/projections_pb.js';
import { Fault } from '#errors/fault.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { afterAll, test } from '#testkit/test.ts';
import { projectionsService } from './projections-service.ts';
import type { ReplayReport } from './replay.ts';

const adminToken = 'token';
const hasCode = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

const report: ReplayReport = {
  projection: 'billing.usage',
  events: 1_500,
  rows: 3,
  isEqual: false,
  differences: ['usage: row 7 differs'],
  durationMs: 12.4,
};
let replayBegun = Promise.withResolvers<void>();
let replayMayEnd = Promise.resolve();

const server = await startGrpcServer({
  host: '127.0.0.1',
  port: 0,
  adminToken,
  logger: { warn: () => {}, error: () => {} },
  services: [
    projectionsService({
      replay: async (projection) => {
        replayBegun.resolve();
        await replayMayEnd;
        return { ...report, projection };
      },
      positions: () => new Map(['accounts.user', 'billing.usage'].map((name) => [name, 18])),
    }),
  ],
});
const { calls, close } = createGrpcClient(ProjectionsService, { addresses: [server.address], adminToken });
afterAll(async () => {
  close();
  await server.drain();
});

test('a replay reports what it found; an empty name replays all', async () => {
  const one = await calls.replay({ projection: 'billing.usage' });
  assert.equal(one.results.length, 1);
  assert.equal(one.results[0]?.equal, false);
  assert.equal(one.results[0]?.rows, 3n);
  assert.deepEqual(one.results[0]?.differences, ['usage: row 7 differs']);
  const all = await calls.replay({ projection: '' });
  assert.deepEqual(
    all.results.map((result) => result.projection),
    ['accounts.user', 'billing.usage'],
  );
});

test('an unknown projection is refused with the names of those that exist', async () => {
  await assert.rejects(calls.replay({ projection: 'nope' }), /accounts\.user, billing\.usage/);
});

test('a second replay at the same time is refused', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  replayMayEnd = promise;
  replayBegun = Promise.withResolvers();
  const first = calls.replay({ projection: 'billing.usage' });
  await replayBegun.promise;
  await assert.rejects(calls.replay({ projection: 'billing.usage' }), hasCode('conflict'));
  resolve();
  assert.equal((await first).results.length, 1);
});
