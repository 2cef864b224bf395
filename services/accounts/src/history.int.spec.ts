import assert from 'node:assert/strict';
import { create, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import type { AdminRole } from '#contracts/admin.ts';
import {
  GetResourceAtRequestSchema,
  GetResourceAtResponseSchema,
  ListResourcesAtRequestSchema,
  ListResourcesAtResponseSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { untilFolded } from '#journal/until-folded.ts';
import { timeText } from '#kernel/time-text.ts';
import { factsOf, type Kind } from '#registry/kinds.ts';
import { rechained } from '#testkit/chained-log.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { storedLogOf } from '#testkit/stored-log.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

/* Every resource as it was at a time: what a list showed then is what history shows of then. */

const kinds = ['team', 'user', 'limit', 'alias', 'provider', 'settings'] as const satisfies readonly Kind[];
const LIMIT = 'daily';
const SECRET = 'sk-a-secret-that-nobody-may-see';

interface Snapshot {
  readonly atMs: number;
  readonly documents: ReadonlyMap<Kind, ReadonlyMap<string, string>>;
}

let nowMs = Date.UTC(2026, 0, 15, 12);
const journal = createMemoryJournal(() => nowMs);
let running: AccountsUnderTest;
let calls: ReturnType<typeof callsOf>;
const snapshots: Snapshot[] = [];

beforeAll(async () => {
  running = await startAccounts(journal, {
    clock: () => nowMs,
    neighbours: () => ({
      storedLog: {
        readStored: async (after, limit) => (await storedLog()).readStored(after, limit),
        readStoredStream: async (stream) => (await storedLog()).readStoredStream(stream),
        storedHead: async () => (await storedLog()).storedHead(),
      },
    }),
    sealSecret: () => 'sealed',
  });
  calls = callsOf(running.accounts.admin);
});

afterAll(() => running.stop());

async function storedLog() {
  const events: RecordedEvent[] = [];
  for await (const batch of journal.read(0)) events.push(...batch);
  return storedLogOf(rechained(events));
}

/** What the lists show now, without what is computed for the list. */
async function snapshot(): Promise<void> {
  const documents = new Map<Kind, ReadonlyMap<string, string>>();
  for (const kind of kinds) {
    const { values } = await calls.list(kind);
    const ofKind = values.map((value): [string, string] => {
      const shown = kind === 'user' ? { ...value, keys: [] } : value;
      return [value.id, JSON.stringify(toJson(factsOf(kind).schema, shown as never, { useProtoFieldName: true }))];
    });
    documents.set(kind, new Map(ofKind));
  }
  snapshots.push({ atMs: nowMs, documents });
  nowMs += 1_000;
}

const as = (role: AdminRole) => ({ ...owner, role });

async function resourcesAt(asked: MessageInitShape<typeof ListResourcesAtRequestSchema>, role: AdminRole = 'owner') {
  const request = create(ListResourcesAtRequestSchema, asked);
  return create(ListResourcesAtResponseSchema, await running.accounts.admin.listResourcesAt(request, as(role)));
}

async function resourceAt(asked: MessageInitShape<typeof GetResourceAtRequestSchema>, role: AdminRole = 'owner') {
  const request = create(GetResourceAtRequestSchema, asked);
  return create(GetResourceAtResponseSchema, await running.accounts.admin.getResourceAt(request, as(role)));
}

const refused = (code: string, param?: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof Fault, String(thrown));
  assert.deepEqual([thrown.code, thrown.refusal.param], [code, param ?? thrown.refusal.param], thrown.message);
  return true;
};

let [teamId, userId, keyId] = ['', '', ''];

test('at each time that was looked at, history shows what the lists showed, whole and page by page', async () => {
  await snapshot();
  ({ id: teamId } = await calls.create('team', { name: 'red' }));
  ({ id: userId } = await calls.create('user', { name: 'Ada', email: 'ada@example.com', teamId }));
  ({ id: keyId } = await calls.create('key', { userId, name: 'first' }));
  await snapshot();
  await calls.update('team', { id: teamId, name: 'blue' });
  await calls.create('team', { name: 'green' });
  const subject = { kind: 'user', id: userId } as never;
  const daily = { id: LIMIT, subject, unit: 'requests', period: 'day', amount: '10' };
  await calls.update('limit', daily);
  await calls.update('provider', { id: 'own', kind: 'openai', baseUrl: 'http://10.0.0.5/v1', apiKey: SECRET });
  await snapshot();
  await calls.update('limit', { ...daily, amount: '20' });
  await calls.update('user', { id: userId, name: 'Ada L.' });
  await calls.update('alias', { id: 'best-*', models: ['gpt-*'] });
  await calls.update('settings', { id: 'default', requestsPerMinute: 7 });
  await snapshot();
  await calls.delete('limit', LIMIT);
  await calls.delete('alias', 'best-*');
  await snapshot();
  await running.projected();

  for (const { atMs, documents } of snapshots) {
    for (const kind of kinds) {
      const at = timeText(atMs);
      const { resources } = await resourcesAt({ kind, at });
      const shown = new Map(resources.map(({ id, document }) => [id, document]));
      assert.deepEqual(shown, documents.get(kind), `${kind} at ${at}`);
      const paged: string[] = [];
      for (let after = ''; ; ) {
        const page = await resourcesAt({ kind, at, limit: 1, after });
        paged.push(...page.resources.map(({ id }) => id));
        if (page.next === '') break;
        after = page.next;
      }
      assert.deepEqual(paged, [...shown.keys()]);
    }
  }
});

test('one resource tells what it was, who made it so, and what is different now', async () => {
  const at = timeText(snapshots[1]?.atMs ?? 0);
  const team = await resourceAt({ kind: 'team', id: teamId, at });
  assert.deepEqual(
    [team.resource?.now, team.resource?.actor, team.resource?.action],
    ['changed', 'bootstrap', 'create'],
  );
  assert.deepEqual(
    team.differences.map(({ field, was, now }) => [field, was, now]).filter(([field]) => field === 'name'),
    [['name', '"red"', '"blue"']],
  );
  assert.equal(team.position, BigInt((await journal.readStream(`key-${keyId}`))[0]?.position ?? 0));
  const then = timeText(snapshots[3]?.atMs ?? 0);
  const limit = await resourceAt({ kind: 'limit', id: LIMIT, at: then });
  assert.deepEqual([limit.resource?.now, limit.documentNow], ['removed', '']);
  const notYet = await resourceAt({ kind: 'limit', id: LIMIT, at });
  assert.equal(notYet.resource, undefined);
  await assert.rejects(resourceAt({ kind: 'limit', id: 'none', at }), refused('not_found', 'id'));
});

test('secrets are in no past, and a forgotten person is forgotten there as well', async () => {
  const at = timeText(snapshots[2]?.atMs ?? 0);
  const provider = await resourcesAt({ kind: 'provider', at });
  const keys = await resourcesAt({ kind: 'key', at });
  for (const { document } of [...provider.resources, ...keys.resources]) {
    assert.ok(!document.includes(SECRET) && !document.includes('sealed') && !document.includes('key_hash'), document);
  }
  assert.equal(keys.resources.length, 1);
  const { resource } = await resourceAt({ kind: 'user', id: userId, at });
  assert.equal(JSON.parse(resource?.document ?? '').name, 'Ada');
  await running.pool.query('delete from accounts.subject_key where user_id = $1', [userId]);
  const forgotten = await resourceAt({ kind: 'user', id: userId, at });
  assert.equal(JSON.parse(forgotten.resource?.document ?? '').name, undefined);
});

test('who may not read a kind may not read its past; the future and unknown kinds are refused', async () => {
  const at = timeText(snapshots[2]?.atMs ?? 0);
  await assert.rejects(resourcesAt({ kind: 'key', at }, 'billing'), refused('forbidden'));
  await assert.rejects(resourceAt({ kind: 'key', id: keyId, at }, 'billing'), refused('forbidden'));
  await assert.rejects(resourcesAt({ kind: 'token', at }, 'operator'), refused('forbidden'));
  await assert.rejects(resourcesAt({ kind: 'planet', at }), refused('invalid_request', 'kind'));
  await assert.rejects(resourcesAt({ kind: 'team', at: timeText(nowMs + 1) }), refused('invalid_request', 'at'));
  await assert.rejects(resourcesAt({ kind: 'team', at: 'yesterday' }), refused('invalid_request', 'at'));
  const before = await resourcesAt({ kind: 'team', at: '2020-01-01T00:00:00Z' }, 'auditor');
  assert.deepEqual([before.position, before.resources], [0n, []]);
});

test('where the tables are behind, the answer says so, and shows no part of what was', async () => {
  const behind: Promise<void> = new Promise(() => {});
  await assert.rejects(untilFolded(behind, { position: 7, waitMaxMs: 1 }), refused('unavailable'));
  await untilFolded(Promise.resolve(), { position: 7 });
});
