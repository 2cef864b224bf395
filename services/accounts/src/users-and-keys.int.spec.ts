import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import {
  ChangeBalanceRequestSchema,
  PauseApiKeyRequestSchema,
  ResumeApiKeyRequestSchema,
  RevokeApiKeyRequestSchema,
  RotateApiKeyRequestSchema,
  RotateApiKeyResponseSchema,
  SuspendUserRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

let running: AccountsUnderTest;
let admin: AccountsUnderTest['accounts']['admin'];
let calls: ReturnType<typeof callsOf>;
let nowMs = Date.parse('2026-11-28T12:00:00Z');

beforeAll(async () => {
  running = await startAccounts(createMemoryJournal(), { clock: () => nowMs });
  ({ admin } = running.accounts);
  calls = callsOf(admin);
});

afterAll(() => running.stop());

let count = 0;
/** A user that no other test has. */
const fresh = (told: object = {}) => {
  count += 1;
  return { name: `User ${count}`, email: `user${count}@example.com`, ...told };
};

const faultOf = (code: string, param?: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof Fault, String(thrown));
  assert.deepEqual([thrown.code, thrown.refusal.param], [code, param ?? thrown.refusal.param], thrown.message);
  return true;
};

const authenticates = (apiKey: string): boolean => running.whose(apiKey) !== undefined;

test('a user that was created is there at once, with its keys and all that was told', async () => {
  const told = fresh({ tags: ['vip'], metadata: { plan: 'gold' }, multiplier: '1.5', requestsPerMinute: 60 });
  const user = await calls.create('user', told);
  assert.partialDeepStrictEqual(user, { ...told, status: 'active', createdAt: '2026-11-28T12:00:00.000Z' });
  const { id, prefix, apiKey } = await calls.create('key', { userId: user.id, name: 'laptop' });
  assert.match(apiKey, /^ak_[A-Za-z0-9]{64}$/);
  assert.equal(apiKey.slice(0, 11), prefix);
  const { value, version } = await calls.get('user', user.id);
  assert.partialDeepStrictEqual(value, { ...told, keys: [{ id, name: 'laptop', status: 'active', apiKey: '' }] });
  assert.equal(version, 1n);
  assert.deepEqual(running.whose(apiKey), { keyId: id, userId: user.id });
});

test('only the fields that are named change, and who read an older version changes nothing', async () => {
  const told = fresh({ tags: ['a'] });
  const { id } = await calls.create('user', told);
  const { value, version } = await calls.update('user', { id, name: 'Ada' }, { mask: ['name'], expectedVersion: 1n });
  assert.partialDeepStrictEqual(value, { name: 'Ada', email: told.email, tags: ['a'] });
  assert.equal(version, 2n);
  const late = calls.update('user', { id, name: 'Bob' }, { mask: ['name'], expectedVersion: 1n });
  await assert.rejects(late, faultOf('precondition_failed'));
  await assert.rejects(
    calls.update('user', { id }, { mask: ['email_digest'] }),
    faultOf('invalid_request', 'email_digest'),
  );
  const head = await running.journal.head();
  assert.equal((await calls.update('user', { id, name: 'Ada' }, { mask: ['name'] })).version, 2n);
  assert.equal(await running.journal.head(), head, 'what is so already writes nothing');
});

test('an e-mail is of one user, in whatever case, until the user is deleted', async () => {
  const told = fresh();
  const { id } = await calls.create('user', told);
  const other = { ...fresh(), email: told.email.toUpperCase() };
  await assert.rejects(calls.create('user', other), faultOf('conflict', 'email'));
  assert.partialDeepStrictEqual(await calls.delete('user', id), { status: 'deleted' });
  const second = await calls.create('user', other);
  await assert.rejects(calls.update('user', { id, name: 'Back' }, { mask: ['name'] }), faultOf('conflict'));
  const found = await calls.list('user', { filters: { email: told.email } });
  assert.deepEqual(
    found.values.map((user) => user.id),
    [second.id],
  );
  const both = await Promise.allSettled(
    [1, 2, 3].map(() => calls.create('user', { ...fresh(), email: 'one@example.com' })),
  );
  assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('a key stops while its user is suspended, and for good with a user that is deleted', async () => {
  const { id } = await calls.create('user', fresh());
  const { apiKey } = await calls.create('key', { userId: id });
  await admin.suspendUser(create(SuspendUserRequestSchema, { id }), owner);
  assert.ok(!authenticates(apiKey));
  await calls.update('user', { id, status: 'active' }, { mask: ['status'] });
  assert.ok(authenticates(apiKey));
  await calls.delete('user', id);
  assert.ok(!authenticates(apiKey));
  await assert.rejects(calls.create('key', { userId: id }), faultOf('not_found', 'user_id'));
});

test('a key is paused, resumed, rotated with an overlap, and revoked for good', async () => {
  const { id: userId } = await calls.create('user', fresh());
  const { id, apiKey } = await calls.create('key', { userId });
  await admin.pauseApiKey(create(PauseApiKeyRequestSchema, { id }), owner);
  assert.ok(!authenticates(apiKey));
  await admin.resumeApiKey(create(ResumeApiKeyRequestSchema, { id }), owner);
  assert.ok(authenticates(apiKey));

  const rotate = create(RotateApiKeyRequestSchema, { id, overlapHours: 1, idempotencyKey: 'a rotation' });
  const rotated = create(RotateApiKeyResponseSchema, await admin.rotateApiKey(rotate, owner)).apiKey;
  const again = create(RotateApiKeyResponseSchema, await admin.rotateApiKey(rotate, owner)).apiKey;
  assert.equal(again?.apiKey, rotated?.apiKey);
  assert.equal(rotated?.previousKeyExpiresAt, '2026-11-28T13:00:00.000Z');
  assert.ok(authenticates(apiKey) && authenticates(rotated.apiKey));
  nowMs += 3_600_000;
  assert.ok(!authenticates(apiKey) && authenticates(rotated.apiKey));

  await admin.revokeApiKey(create(RevokeApiKeyRequestSchema, { id }), owner);
  const head = await running.journal.head();
  await admin.revokeApiKey(create(RevokeApiKeyRequestSchema, { id }), owner);
  assert.equal(await running.journal.head(), head);
  assert.ok(!authenticates(rotated.apiKey));
  await assert.rejects(admin.resumeApiKey(create(ResumeApiKeyRequestSchema, { id }), owner), faultOf('conflict'));
  assert.equal((await calls.get('key', id)).value.status, 'revoked');
});

test('a key expires at its time, and is shown and listed so', async () => {
  const { id: userId } = await calls.create('user', fresh());
  const past = calls.create('key', { userId, expiresAt: '2020-01-01T00:00:00Z' });
  await assert.rejects(past, faultOf('invalid_request', 'expires_at'));
  const expiresAt = new Date(nowMs + 1_000).toISOString();
  const { id, apiKey } = await calls.create('key', { userId, expiresAt });
  assert.ok(authenticates(apiKey));
  nowMs += 1_000;
  assert.ok(!authenticates(apiKey));
  assert.equal((await calls.get('key', id)).value.status, 'expired');
  const listed = async (status: string) =>
    (await calls.list('key', { filters: { user_id: userId, status } })).values.length;
  assert.deepEqual([await listed('expired'), await listed('active')], [1, 0]);
});

test('the same idempotency key creates one user and one key, however often and however much at once', async () => {
  const told = fresh();
  const users = await Promise.all(Array.from({ length: 8 }, () => calls.create('user', told, 'signup 1')));
  assert.equal(new Set(users.map((user) => user.id)).size, 1);
  const userId = users[0]?.id ?? '';
  const keys = await Promise.all(
    Array.from({ length: 8 }, () => calls.create('key', { userId }, 'a text nobody guesses')),
  );
  assert.equal(new Set(keys.map((key) => key.apiKey)).size, 1);
  assert.equal((await running.journal.readStream(`user-${userId}`)).length, 1);
  assert.equal((await running.journal.readStream(`key-${keys[0]?.id}`)).length, 1);
  await calls.update('user', { id: userId, name: 'Changed since' }, { mask: ['name'] });
  assert.equal((await calls.create('user', told, 'signup 1')).name, 'Changed since');
  const other = calls.create('user', { ...told, requestsPerMinute: 1 }, 'signup 1');
  await assert.rejects(other, faultOf('idempotency_key_reused'));
  await assert.rejects(
    calls.create('key', { userId, name: 'x' }, 'a text nobody guesses'),
    faultOf('idempotency_key_reused'),
  );
});

test('a change that is repeated is made once, though another one came in between', async () => {
  const { id } = await calls.create('user', fresh());
  const change = (name: string, idempotencyKey: string) =>
    calls.update('user', { id, name }, { mask: ['name'], idempotencyKey });
  await change('A', 'first');
  await change('B', 'second');
  assert.equal((await change('A', 'first')).value.name, 'B');
  await assert.rejects(change('C', 'first'), faultOf('idempotency_key_reused'));
});

test('a person whose subject key is deleted is forgotten, and the user goes on', async () => {
  const told = fresh({ metadata: { note: 'private' } });
  const { id } = await calls.create('user', told, 'to be forgotten');
  const { apiKey } = await calls.create('key', { userId: id });
  await running.pool.query('delete from accounts.subject_key where user_id = $1', [id]);
  const changed = await calls.update('user', { id, requestsPerMinute: 7 }, { mask: ['requests_per_minute'] });
  assert.partialDeepStrictEqual(changed.value, { name: '', email: '', metadata: {}, requestsPerMinute: 7 });
  assert.ok(authenticates(apiKey));
  // A late repeat of the creation must not bring the person back.
  await assert.rejects(calls.create('user', told, 'to be forgotten'), faultOf('idempotency_key_reused'));
  assert.equal((await calls.get('user', id)).value.name, '');
  const { rows } = await running.pool.query('select from accounts.subject_key where user_id = $1', [id]);
  assert.equal(rows.length, 0);
});

test('bad values are refused by their names and leave nothing behind, not even a key for the person', async () => {
  const head = await running.journal.head();
  const subjectKeys = await running.countOf('subject_key');
  const cases: [object, string][] = [
    [{ name: '' }, 'name'],
    [{ name: 'a\u0000' }, 'name'],
    [{ ...fresh(), email: 'nobody' }, 'email'],
    [{ ...fresh(), status: 'asleep' }, 'status'],
    [{ ...fresh(), teamId: 'no-such-team' }, 'team_id'],
    [{ ...fresh(), multiplier: '0' }, 'multiplier'],
  ];
  for (const [told, param] of cases)
    await assert.rejects(calls.create('user', told), faultOf('invalid_request', param));
  await assert.rejects(calls.create('user', fresh(), 'x'.repeat(256)), faultOf('invalid_request', 'idempotency_key'));
  assert.equal(await running.journal.head(), head);
  assert.equal(await running.countOf('subject_key'), subjectKeys);
});

test('what does not exist is not found, whatever its id looks like', async () => {
  for (const id of ['019a0000-0000-7000-8000-000000000000', '', 'a\u0000b', "' or 1=1", 'x'.repeat(100_000)]) {
    await assert.rejects(calls.update('user', { id, name: 'A' }, { mask: ['name'] }), faultOf('not_found'));
    await assert.rejects(calls.delete('key', id), faultOf('not_found'));
    await assert.rejects(calls.get('user', id), faultOf('not_found'));
    await assert.rejects(admin.revokeApiKey(create(RevokeApiKeyRequestSchema, { id }), owner), faultOf('not_found'));
  }
  await assert.rejects(calls.get('user', "' or 1=1"), faultOf('not_found'));
});

test('neither a key nor a name nor an e-mail nor metadata is in any event', async () => {
  const secrets = { name: 'Grace Hopper', email: 'grace@navy.example', metadata: { note: 'Cobol' } };
  const { id } = await calls.create('user', secrets);
  const { apiKey } = await calls.create('key', { userId: id });
  const { token } = await calls.create('token', { name: 'ci', role: 'auditor' });
  assert.match(token, /^at_[A-Za-z0-9]{64}$/);
  const log = (await wholeLog(running.journal)).map((event) => JSON.stringify(event)).join('\n');
  assert.match(log, new RegExp(id));
  for (const secret of ['Grace Hopper', 'grace@', 'navy', 'Cobol', apiKey, apiKey.slice(11), token.slice(11)]) {
    assert.ok(!log.includes(secret), secret);
  }
});

test('an idempotency key is of one administrator, and of one direction of money', async () => {
  const { id } = await calls.create('user', fresh());
  const credit = (caller: typeof owner, amountUsd: string) =>
    admin.changeBalance(
      create(ChangeBalanceRequestSchema, { collection: 'users', id, amountUsd, reason: 'r', idempotencyKey: '1' }),
      caller,
    );
  const [anns, bobs] = [owner, { ...owner, actor: 'token-bob' }];
  const made = [await credit(anns, '10'), await credit(bobs, '10'), await credit(anns, '10'), await credit(bobs, '10')];
  assert.equal(new Set(made.map((each) => each.id)).size, 2);
  await assert.rejects(credit(anns, '-10'), faultOf('idempotency_key_reused'));
});

test('a credit is made once for its idempotency key, for users and for teams', async () => {
  const { id } = await calls.create('user', fresh());
  const team = await calls.create('team', { name: 'Team' });
  const credit = (collection: string, payer: string, amountUsd: string, idempotencyKey: string) =>
    admin.changeBalance(
      create(ChangeBalanceRequestSchema, { collection, id: payer, amountUsd, reason: 'invoice', idempotencyKey }),
      owner,
    );
  const credits = await Promise.all(Array.from({ length: 8 }, () => credit('users', id, '5', 'i1')));
  assert.equal(new Set(credits.map((each) => each.id)).size, 1);
  await assert.rejects(credit('users', id, '6', 'i1'), faultOf('idempotency_key_reused'));
  await assert.rejects(credit('users', id, '0', ''), faultOf('invalid_request', 'amount_usd'));
  await assert.rejects(credit('users', 'nobody', '1', ''), faultOf('not_found'));
  await credit('teams', team.id, '2.5', '');
  const [created, credited] = await running.journal.readStream(`team-${team.id}`);
  assert.equal(created?.type, 'ResourceSet');
  assert.partialDeepStrictEqual(credited?.data, {
    payerKind: 'team',
    payerId: team.id,
    userId: '',
    actor: 'bootstrap',
  });
  assert.equal((await running.journal.readStream(`user-${id}`)).length, 2);
});

async function wholeLog(journal: Journal): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of journal.read(0)) events.push(...batch);
  return events;
}
