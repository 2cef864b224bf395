import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { pino } from 'pino';
import { AccountsService } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import { AliasSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { type ServiceHandlers, servedService } from '#rpc/served-service.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { followRegistry } from './follow-registry.ts';
import { wrap } from './kinds.ts';
import { remoteSnapshot } from './remote-snapshot.ts';

const adminToken = 'token-of-the-test';

type Handlers = ServiceHandlers<typeof AccountsService>;

/** A leader of accounts that serves nothing but policy. */
async function serve(exportPolicy: Handlers['exportPolicy']) {
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [servedService(AccountsService, { exportPolicy } as Handlers)],
    adminToken,
    logger: pino({ level: 'silent' }),
  });
  return { peer: { addresses: [server.address], adminToken }, close: () => server.drain() };
}

const alias = (id: string) => wrap({ case: 'alias', value: create(AliasSchema, { id, models: ['m'] }) });

test('a registry begins with what accounts has, and follows the log from the place it is true for', async () => {
  const journal = createMemoryJournal();
  const set = async (id: string, version: number) =>
    journal.append({
      stream: `alias-${id}`,
      expectedVersion: version,
      events: [
        {
          type: 'ResourceSet',
          data: { resource: { alias: { id, models: [`of ${version}`] } }, setAtMs: '1' },
          eventId: `${id}-${version}`,
        },
      ],
      correlationId: '',
      causationId: '',
    });
  await set('in the snapshot', 0);
  await set('later', 0);
  const accounts = await serve(async function* () {
    yield { position: 1n, resources: [alias('a'), alias('b')] };
    yield { position: 1n, resources: [alias('in the snapshot')] };
  });
  try {
    const registry = await followRegistry(journal, { name: 'test', snapshot: remoteSnapshot(accounts.peer) });
    await registry.reached(await journal.head());
    assert.deepEqual(
      [...registry.all('alias')].map(({ id, models }) => [id, models[0]]),
      [
        ['a', 'm'],
        ['b', 'm'],
        ['in the snapshot', 'm'],
        ['later', 'of 0'],
      ],
    );
    await registry.close();
  } finally {
    await accounts.close();
  }
});

test('an accounts that cannot be asked, or breaks off, gives no policy rather than part of it', async () => {
  const accounts = await serve(async function* () {
    yield { position: 1n, resources: [alias('a')] };
    throw new Fault({ code: 'unavailable', message: 'on its way out' });
  });
  const follow = () => followRegistry(createMemoryJournal(), { name: 'test', snapshot: remoteSnapshot(accounts.peer) });
  const isUnavailable = (thrown: unknown) => thrown instanceof Fault && thrown.code === 'unavailable';
  await assert.rejects(follow(), isUnavailable);
  await accounts.close();
  await assert.rejects(follow(), isUnavailable);
});
