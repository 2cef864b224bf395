import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import type { AdminRole } from '#contracts/admin.ts';
import {
  ChangeBalanceRequestSchema,
  RetryDeadLettersRequestSchema,
  TestProviderRequestSchema,
  UndoCreditRequestSchema,
  WhoAmIRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { ProviderAccountSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import type { Neighbours } from './ports.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

let running: AccountsUnderTest;
let admin: AccountsUnderTest['accounts']['admin'];
let calls: ReturnType<typeof callsOf>;
const debits: unknown[] = [];
let neighbours: Neighbours = {};

beforeAll(async () => {
  running = await startAccounts(createMemoryJournal(), {
    neighbours: () => neighbours,
    sealSecret: (secret, boundTo) => `sealed ${secret.length} characters of ${boundTo}`,
  });
  ({ admin } = running.accounts);
  calls = callsOf(admin);
});

afterAll(() => running.stop());

const faultOf = (code: string, param?: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof Fault, String(thrown));
  assert.deepEqual([thrown.code, thrown.refusal.param], [code, param ?? thrown.refusal.param], thrown.message);
  return true;
};

test('paging through teams shows each once, in either direction and by either order', async () => {
  const names = ['b', 'a', 'd', 'c', 'a'];
  for (const name of names) await calls.create('team', { name });
  const all = (await calls.list('team')).values.map(({ id }) => id);
  assert.equal(all.length, names.length);
  for (const sort of ['', 'created_at', '-created_at', 'name', '-name']) {
    const paged: string[] = [];
    for (;;) {
      const { values, hasMore } = await calls.list('team', { limit: 2, after: paged.at(-1) ?? '', sort });
      paged.push(...values.map(({ id }) => id));
      if (!hasMore) break;
    }
    const whole = (await calls.list('team', { sort })).values;
    assert.deepEqual(
      paged,
      whole.map(({ id }) => id),
      sort,
    );
    assert.deepEqual([...paged].sort(), [...all].sort(), sort);
    if (sort === 'name') assert.equal(whole.map(({ name }) => name).join(''), 'aabcd');
    if (sort === '-name') assert.equal(whole.map(({ name }) => name).join(''), 'dcbaa');
  }
});

test('lists are filtered by the fields that are described, and by no others', async () => {
  const { id: userId } = await calls.create('user', { name: 'Filter' });
  const limit = { unit: 'requests', period: 'day', amount: '5' };
  await calls.update('limit', { ...limit, id: 'of-user', subject: { kind: 'user', id: userId } as never });
  await calls.update('limit', { ...limit, id: 'of-all', subject: { kind: 'gateway' } as never });
  const found = await calls.list('limit', { filters: { subject_kind: 'user', subject_id: userId } });
  assert.deepEqual(
    found.values.map(({ id }) => id),
    ['of-user'],
  );
  await assert.rejects(calls.list('limit', { filters: { amount: '5' } }), faultOf('invalid_request', 'amount'));
  await assert.rejects(calls.list('limit', { sort: 'amount' }), faultOf('invalid_request', 'sort'));
  await assert.rejects(calls.list('limit', { after: 'nobody' }), faultOf('invalid_request', 'after'));
  await assert.rejects(calls.list('limit', { limit: 1_001 }), faultOf('invalid_request', 'limit'));
});

test('lists are searched by a part of what people call a resource, page by page', async () => {
  for (const name of ['Kestrel One', 'Osprey', 'kestrel two', '100%', '100x']) {
    await calls.create('user', { name, email: `${name.replaceAll(/\W/g, '.')}@Birds.example` });
    await calls.create('team', { name });
  }
  const names = async (kind: 'user' | 'team', search: string, more: object = {}) =>
    (await calls.list(kind, { filters: { search }, ...more })).values.map(({ name }) => name);
  assert.deepEqual(await names('user', 'KESTREL'), ['Kestrel One', 'kestrel two']);
  assert.deepEqual(await names('team', 'KESTREL'), ['Kestrel One', 'kestrel two']);
  assert.deepEqual(await names('team', '100%'), ['100%'], 'no pattern');
  assert.deepEqual(await names('user', 'osprey@birds'), ['Osprey']);
  assert.deepEqual(await names('user', 'kestrel', { sort: '-created_at', limit: 1 }), ['kestrel two']);
  const { values, hasMore } = await calls.list('user', { filters: { search: 'kestrel' }, limit: 1 });
  assert.equal(hasMore, true);
  assert.deepEqual(await names('user', 'kestrel', { limit: 1, after: values[0]?.id }), ['kestrel two']);
  assert.deepEqual(await names('user', values[0]?.id.slice(0, 30) ?? ''), ['Kestrel One'], 'its id begins with it');
  await calls.update('alias', { id: 'bird-b', models: ['m'] });
  await calls.update('alias', { id: 'bird-a', models: ['m'] });
  const aliases = async (more: object) =>
    (await calls.list('alias', { filters: { search: 'BIRD' }, ...more })).values.map(({ id }) => id);
  assert.deepEqual(await aliases({ sort: 'id' }), ['bird-a', 'bird-b']);
  assert.deepEqual(await aliases({ sort: '-id', after: 'bird-b' }), ['bird-a']);
});

test('a named resource is created, replaced, read and removed under its id, and can come again', async () => {
  const alias = { id: 'fast', models: ['gpt-4o-mini'] };
  assert.deepEqual(
    [(await calls.update('alias', alias)).isNew, (await calls.update('alias', alias)).isNew],
    [true, false],
  );
  assert.equal(await calls.delete('alias', 'fast'), undefined);
  await assert.rejects(calls.get('alias', 'fast'), faultOf('not_found'));
  await assert.rejects(calls.delete('alias', 'fast'), faultOf('not_found'));
  const again = await calls.update('alias', alias);
  assert.deepEqual([again.isNew, again.version], [true, 3n]);
});

test('settings are there before anybody sets them', async () => {
  assert.deepEqual((await calls.get('settings', 'default')).version, 0n);
  await calls.update('settings', { multiplier: '1.2' }, { mask: ['multiplier'] });
  assert.equal((await calls.list('settings')).values[0]?.multiplier, '1.2');
});

test('the log of actions says who did what, from where, and what was before and after, without a secret', async () => {
  const { id } = await calls.create('user', { name: 'Grace', email: 'grace@example.com' });
  await calls.update('user', { id, name: 'Hopper' }, { mask: ['name'] });
  const { entries } = await calls.auditLog({ kind: 'user', id });
  assert.partialDeepStrictEqual(
    entries.map(({ action, actor, role, address }) => [action, actor, role, address]),
    [
      ['update', 'bootstrap', 'owner', '127.0.0.1'],
      ['create', 'bootstrap', 'owner', '127.0.0.1'],
    ],
  );
  const [update, creation] = entries;
  assert.equal(creation?.before, '');
  assert.partialDeepStrictEqual(JSON.parse(update?.before ?? ''), { name: 'Grace', email: 'grace@example.com' });
  assert.partialDeepStrictEqual(JSON.parse(update?.after ?? ''), { name: 'Hopper' });

  const key = await calls.create('key', { userId: id });
  const accounts = [create(ProviderAccountSchema, { id: 'a', apiKey: 'sk-of-account' })];
  const place = { id: 'p', kind: 'openai', baseUrl: 'https://api.example.com/v1' };
  const provider = { ...place, apiKey: 'sk-very-secret', accounts };
  const shown = await calls.update('provider', provider);
  assert.deepEqual([shown.value.apiKey, shown.value.sealedApiKey], ['', '']);
  const log = JSON.stringify(await calls.auditLog({ limit: 1_000 }), (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const { rows } = await running.pool.query(`select state->>'keyHash' as hash from accounts.resource where id = $1`, [
    key.id,
  ]);
  for (const secret of [
    'sk-very-secret',
    'sk-of-account',
    'sealed 14',
    'sealed 13',
    key.apiKey,
    String(rows[0]?.hash),
    'emailDigest',
    '"sealed"',
  ]) {
    assert.ok(!log.includes(secret), secret);
  }
  await running.pool.query('delete from accounts.subject_key where user_id = $1', [id]);
  const [, forgotten] = (await calls.auditLog({ kind: 'user', id })).entries;
  assert.ok(!forgotten?.after.includes('Grace'));
});

test('the log of actions is read page by page, the newest first', async () => {
  const all = (await calls.auditLog({ limit: 1_000 })).entries.map(({ position }) => position);
  const paged: bigint[] = [];
  for (;;) {
    const { entries, hasMore } = await calls.auditLog({ limit: 3, after: paged.at(-1) ?? 0n });
    paged.push(...entries.map(({ position }) => position));
    if (!hasMore) break;
  }
  assert.deepEqual(paged, all);
  assert.deepEqual((await calls.auditLog({ actor: 'nobody' })).entries, []);
});

test('a secret of a provider is refused where there is no master key, with what to do', async () => {
  const without = await startAccounts();
  try {
    const provider = { id: 'p', kind: 'openai', baseUrl: 'https://api.example.com/v1', apiKey: 'sk' };
    await assert.rejects(
      callsOf(without.accounts.admin).update('provider', provider),
      faultOf('invalid_request', 'api_key'),
    );
  } finally {
    await without.stop();
  }
});

test('a role that may not give a command is refused before anything else', async () => {
  const as = (role: AdminRole) => callsOf(admin, { ...owner, actor: 'someone', role });
  await assert.rejects(as('auditor').create('user', { name: '' }), faultOf('forbidden'));
  await assert.rejects(as('operator').create('token', { name: 'x', role: 'owner' }), faultOf('forbidden'));
  await as('operator').create('user', { name: 'X' });
  assert.ok((await as('auditor').list('user')).values.length > 0);
  const token = await calls.create('token', { name: 'ci', role: 'auditor', expiresAt: '2999-01-01T00:00:00Z' });
  const who = await admin.whoAmI(create(WhoAmIRequestSchema), { ...owner, actor: token.id, role: 'auditor' });
  assert.deepEqual([who.actor, who.role, who.expiresAt], [token.id, 'auditor', '2999-01-01T00:00:00Z']);
});

test('what other services decide is asked of them, and is unavailable where they are away', async () => {
  const { id } = await calls.create('user', { name: 'Payer' });
  const balance = (amountUsd: string) =>
    admin.changeBalance(
      create(ChangeBalanceRequestSchema, { collection: 'users', id, amountUsd, reason: 'slip' }),
      owner,
    );
  const undo = (creditId: string) => admin.undoCredit(create(UndoCreditRequestSchema, { id: creditId }), owner);
  await assert.rejects(balance('-1'), faultOf('unavailable'));
  await assert.rejects(
    admin.testProvider(create(TestProviderRequestSchema, { id: 'p' }), owner),
    faultOf('unavailable'),
  );
  neighbours = {
    moneyAndLimits: {
      async balancesOf(payers) {
        const none = { creditedNanoUsd: 5n, chargedNanoUsd: 0n, heldNanoUsd: 0n, availableNanoUsd: 5n };
        return payers.map((payer) => ({ payer, ...none }));
      },
      async debit(debit) {
        debits.push(debit);
        return { position: await running.journal.head() };
      },
      limitStates: async (ids) =>
        ids.map((limitId) => ({ limitId, amount: 5n, used: 2n, held: 1n, left: 2n, resetsAtMs: 0 })),
      heldInAll: async () => 0n,
    },
  };
  const { id: creditId = '' } = await balance('3');
  await balance('-1');
  await undo(creditId);
  assert.partialDeepStrictEqual(debits, [
    { payer: { kind: 'user', id }, amountNanoUsd: 1_000_000_000n, undoesCreditId: '' },
    { payer: { kind: 'user', id }, amountNanoUsd: 3_000_000_000n, undoesCreditId: creditId },
  ]);
  await assert.rejects(undo('no-such-credit'), faultOf('not_found'));
  assert.equal((await calls.get('user', id)).value.balance?.availableUsd, '0.000000005');
  const { values } = await calls.list('limit', { filters: { subject_kind: 'gateway' } });
  assert.partialDeepStrictEqual(values[0], { used: '2', held: '1', left: '2', resetsAt: '1970-01-01T00:00:00.000Z' });
});

test('a credit that was taken back is not taken back again', async () => {
  const { id } = await calls.create('user', { name: 'Undone' });
  const request = { collection: 'users', id, amountUsd: '3', reason: 'slip' };
  const { id: creditId = '' } = await admin.changeBalance(create(ChangeBalanceRequestSchema, request), owner);
  const by = { ...owner, action: 'debit' };
  const debit = {
    debitId: 'd1',
    payer: { kind: 'user', id },
    amountNanoUsd: '3000000000',
    reason: '',
    postings: [],
    debitedAtMs: '1',
    by,
    undoesCreditId: creditId,
  };
  const events = [{ type: 'BalanceDebited', data: debit, eventId: 'd1' }] as const;
  await running.journal.append({ stream: 'debit-d1', expectedVersion: 0, events, correlationId: '', causationId: '' });
  await calls.create('user', { name: 'Later' });
  await assert.rejects(admin.undoCredit(create(UndoCreditRequestSchema, { id: creditId }), owner), faultOf('conflict'));
});

test('a retry of dead letters is in the log of actions: who, and of which consumer', async () => {
  neighbours = {
    deadLetters: {
      list: async () => ({ letters: [], consumers: ['billing.charges'] }),
      retry: async () => ({ succeededCount: 0, stuckCount: 0 }),
    },
  };
  const request = create(RetryDeadLettersRequestSchema, { consumer: 'billing.charges', position: 7n });
  await admin.retryDeadLetters(request, { ...owner, actor: 'tok_1', role: 'operator' });
  const { entries } = await callsOf(admin, { ...owner, role: 'auditor' }).auditLog({ kind: 'dead_letters' });
  assert.deepEqual(
    entries.map(({ actor, role, action, id, before, after }) => [actor, role, action, id, before, after]),
    [['tok_1', 'operator', 'retry', 'billing.charges', '', '{"position":"7"}']],
  );
});
