import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import type { GatewayEvent } from '#contracts/events.ts';
import { homeStream } from '#contracts/home-stream.ts';
import { replayProjection } from '#journal/replay.ts';
import { newId } from '#kernel/ids.ts';
import { resourceToJson } from '#registry/changes.ts';
import { followRegistry, noSnapshot } from '#registry/follow-registry.ts';
import { type AnyResource, factsOf, type Kind, kinds } from '#registry/kinds.ts';
import { createRegistry, isOver } from '#registry/registry.ts';
import { credited, keyCreated, keyRevoked, userCreated } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { policySnapshotOf } from '../adapters/read-policy-snapshot.ts';
import { evolve, neverSet, type ResourceState } from '../domain/resource/state.ts';
import { startAccounts } from '../testing.ts';
import { resources } from './resources.ts';

const by = { actor: 'bootstrap', role: 'owner', action: 'update', address: '', requestId: '' };
const statuses: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  user: ['active', 'suspended', 'deleted'],
  key: ['active', 'paused', 'revoked'],
  token: ['active', 'revoked'],
};

const anyKind = fc.constantFrom<Kind[]>('user', 'key', 'token', 'limit', 'alias', 'settings');
const anyId = fc.constantFrom('1', '2', '3');

/** Few kinds and ids, so that most events meet others of the same resource. Old events of a stream come first. */
const anyEvent: fc.Arbitrary<GatewayEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(anyKind, anyId, fc.nat(), fc.nat(9)).map(([kind, id, time, n]) => set(kind, id, time, n)),
  },
  { weight: 2, arbitrary: fc.tuple(anyKind, anyId).map(([kind, id]) => removed(kind, id)) },
  fc.tuple(anyId, fc.nat(9)).map(([userId, n]) => userCreated({ userId, requestsPerMinute: n })),
  anyId.map((keyId) => keyCreated({ keyId })),
  anyId.map((keyId) => keyRevoked({ keyId })),
  anyId.map((userId) => credited(userId, 5n, { creditId: newId() })),
);

function set(kind: Kind, id: string, timeMs: number, n: number): GatewayEvent {
  const status = statuses[kind]?.[n % 3] ?? '';
  const told = { id, status, createdAt: new Date(timeMs).toISOString(), amount: String(n), models: [`m${n}`] };
  const { schema } = factsOf(kind);
  const known = Object.entries(told).filter(([name]) => schema.fields.some(({ localName }) => localName === name));
  const fields = Object.fromEntries(
    known.map(([name, value]) => [name, kind === 'limit' && name === 'models' ? `m${n}` : value]),
  );
  const resource = { case: kind, value: create(schema, fields) } as unknown as AnyResource;
  return { type: 'ResourceSet', data: { resource: resourceToJson(resource), by, setAtMs: '1' } };
}

function removed(kind: Kind, id: string): GatewayEvent {
  return { type: 'ResourceRemoved', data: { kind, id, by, removedAtMs: '2' } };
}

/** A key is revoked once, and after it was created: other logs there are none. */
function isPossible(event: GatewayEvent, before: readonly GatewayEvent[]): boolean {
  const own = before.filter((other) => homeStream(other) === homeStream(event));
  if (event.type === 'UserCreated' || event.type === 'ApiKeyCreated') return own.length === 0;
  if (event.type !== 'ApiKeyRevoked') return true;
  return own.length > 0 && own.every(({ type }) => type === 'ApiKeyCreated' || type === 'ResourceSet');
}

test('the fold of streams, the tables, the snapshot and the registry agree on every resource, whatever happened', async () => {
  const logs = fc.array(anyEvent, { maxLength: 60 }).map((events) => {
    const possible: GatewayEvent[] = [];
    for (const event of events) if (isPossible(event, possible)) possible.push(event);
    return possible;
  });
  await fc.assert(fc.asyncProperty(logs, agreeOn), { numRuns: 6 });
});

async function agreeOn(events: readonly GatewayEvent[]): Promise<void> {
  const journal = createMemoryJournal();
  const running = await startAccounts(journal);
  try {
    const versions = new Map<string, number>();
    for (const event of events) {
      const stream = homeStream(event);
      const expectedVersion = versions.get(stream) ?? 0;
      versions.set(stream, expectedVersion + 1);
      const append = { stream, expectedVersion, correlationId: '', causationId: '' };
      await journal.append({ ...append, events: [{ ...event, eventId: newId() }] });
    }
    await running.projected();
    const followed = await followRegistry(journal, { name: 'test', snapshot: noSnapshot });
    await followed.reached(await journal.head());
    const folded = new Map<string, ResourceState>();
    for (const stream of versions.keys()) {
      folded.set(stream, (await journal.readStream(stream)).reduce<ResourceState>(evolve, neverSet));
    }
    const inFold = [...folded.values()].flatMap(({ current }) => current ?? []);
    const inTable: AnyResource[] = [];
    const { position } = await policySnapshotOf(running.pool).read((resource) => inTable.push(resource));
    assert.equal(position, events.length);
    assert.deepEqual(sorted(inTable), sorted(inFold));

    const loaded = createRegistry();
    for (const resource of inTable) loaded.load(resource);
    for (const registry of [followed, loaded]) {
      const inRegistry = [...kinds.keys()].flatMap((kind) =>
        [...registry.all(kind as Kind)].map((value) => ({ case: kind, value }) as unknown as AnyResource),
      );
      assert.deepEqual(sorted(inRegistry), sorted(inFold.filter((resource) => !isOver(resource))));
    }
    const report = await replayProjection(resources, running);
    assert.ok(report.isEqual, report.differences.join('\n'));
    assert.equal(await running.countOf('audit_log'), events.length);
    await followed.close();
  } finally {
    await running.stop();
  }
}

function sorted(found: readonly AnyResource[]): readonly string[] {
  return found.map((resource) => JSON.stringify(resourceToJson(resource))).sort();
}
