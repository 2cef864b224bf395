import assert from 'node:assert/strict';
import type { AdminCaller } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { createMemoryAdmin, type MemoryAdmin } from '#testkit/memory-admin.ts';
import { test } from '#testkit/test.ts';
import { commands } from './commands.ts';
import { giveCommand } from './give-command.ts';
import type { GivenCommand } from './read-request.ts';

const caller: AdminCaller = { actor: 'ann', role: 'owner', address: '192.0.2.1', requestId: 'r' };

function give(admin: MemoryAdmin, cli: string, given: Partial<GivenCommand> = {}, by = caller) {
  const command = commands.find((each) => each.cli === cli);
  if (command === undefined) throw new Error(`there is no command ${cli}`);
  const empty: GivenCommand = { params: {}, query: {}, body: {}, idempotencyKey: '', expectedVersion: undefined };
  return giveCommand(admin.port, command, { ...empty, ...given }, by);
}

const refused = (code: string, param?: string) => (thrown: unknown) =>
  thrown instanceof Fault && thrown.code === code && (param === undefined || thrown.refusal.param === param);

test('a resource is created, shown, changed and deleted', async () => {
  const admin = createMemoryAdmin();
  const created = await give(admin, 'users create', { body: { username: 'Ann' }, idempotencyKey: 'once' });
  assert.equal(created.status, 201);
  const id = String(created.document?.['id']);
  assert.partialDeepStrictEqual(admin.calls[0], { method: 'create', request: { idempotencyKey: 'once' }, caller });

  const changed = await give(admin, 'users update', {
    params: { id },
    body: { email: 'ann@example.org' },
    expectedVersion: created.version,
  });
  assert.partialDeepStrictEqual(changed, {
    status: 200,
    version: 2n,
    document: { name: 'Ann', email: 'ann@example.org' },
  });
  assert.partialDeepStrictEqual(admin.calls.at(-1)?.request, { fields: ['email'], expectedVersion: 1n });

  const deleted = await give(admin, 'users delete', { params: { id } });
  assert.partialDeepStrictEqual(deleted, { status: 200, document: { status: 'deleted' } });
});

test('a named resource is new with 201 and replaced with 200; what leaves nothing is answered with 204', async () => {
  const admin = createMemoryAdmin();
  const params = { id: 'openai/gpt-4o-mini' };
  const body = { prices: [{ unit: 'input', usd_per_million: '0.15' }] };
  assert.equal((await give(admin, 'prices set', { params, body })).status, 201);
  assert.equal((await give(admin, 'prices set', { params, body: { ...body, id: params.id } })).status, 200);
  await assert.rejects(
    give(admin, 'prices set', { params, body: { ...body, id: 'other' } }),
    refused('invalid_request', 'id'),
  );
  assert.partialDeepStrictEqual(await give(admin, 'prices delete', { params }), { status: 204, document: undefined });
});

test('a change without a field changes nothing, where it would replace all', async () => {
  const admin = createMemoryAdmin();
  await assert.rejects(give(admin, 'settings update'), refused('invalid_request'));
  assert.equal(admin.calls.length, 0);
  const { document } = await give(admin, 'settings update', { body: { demo: true } });
  assert.partialDeepStrictEqual(document, { id: 'default', demo: true });
});

test('a list is a page with the place of the next one, by filters of the resource', async () => {
  const admin = createMemoryAdmin();
  for (const name of ['a', 'b', 'c']) await give(admin, 'teams create', { body: { name } });
  const { document } = await give(admin, 'teams list', { query: { limit: '2', status: 'active' } });
  assert.partialDeepStrictEqual(document, { object: 'list', has_more: true, last_id: 'team-002' });
  assert.partialDeepStrictEqual(admin.calls.at(-1)?.request, { kind: 'team', limit: 2, filters: { status: 'active' } });
  await assert.rejects(give(admin, 'teams list', { query: { limt: '2' } }), refused('invalid_request', 'limt'));
  const lines = await give(admin, 'balance ledger', { params: { collection: 'users', id: 'u' } });
  assert.partialDeepStrictEqual(lines.document, { object: 'list', has_more: false, last_id: 7 });
});

test('a command of its own takes its fields from path, body and header, and is answered with its resource', async () => {
  const admin = createMemoryAdmin();
  const id = String((await give(admin, 'users create', { body: { name: 'Ann' } })).document?.['id']);
  const params = { collection: 'users', id };
  const credit = await give(admin, 'balance change', {
    params,
    body: { amount_usd: '5', reason: 'top-up' },
    idempotencyKey: 'k',
  });
  assert.partialDeepStrictEqual(credit, {
    status: 200,
    document: { object: 'credit', user_id: id, amount_usd: '5.00' },
  });
  assert.partialDeepStrictEqual(admin.calls.at(-1)?.request, { collection: 'users', id, idempotencyKey: 'k' });
  assert.partialDeepStrictEqual(await give(admin, 'users suspend', { params: { id } }), {
    document: { object: 'user', id, status: 'suspended' },
  });
  for (const body of [{ id: 'other' }, { idempotency_key: 'k' }]) {
    await assert.rejects(give(admin, 'balance change', { params, body }), refused('invalid_request'));
  }
});

test('a key is an answer that nobody may keep', async () => {
  const admin = createMemoryAdmin();
  const id = String((await give(admin, 'users create', { body: { name: 'Ann' } })).document?.['id']);
  const key = await give(admin, 'api-keys create', { body: { user_id: id } });
  assert.ok(key.isSecret);
  const shown = await give(admin, 'api-keys get', { params: { id: String(key.document?.['id']) } });
  assert.ok(!shown.isSecret);
});

test('what is refused is told in the words of the caller', async () => {
  const admin = createMemoryAdmin();
  await assert.rejects(give(admin, 'users create', { body: { username: '' } }), (thrown) => {
    assert.ok(thrown instanceof Fault);
    assert.equal(thrown.refusal.param, 'username');
    assert.match(thrown.refusal.message, /'username'/);
    return true;
  });
  await assert.rejects(
    give(admin, 'users create', { body: { name: 'Ann' } }, { ...caller, role: 'auditor' }),
    refused('forbidden'),
  );
});
