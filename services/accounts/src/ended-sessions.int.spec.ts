import assert from 'node:assert/strict';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, test } from '#testkit/test.ts';
import { callsOf, startAccounts } from './testing.ts';

const HOUR_MS = 3_600_000;
let nowMs = Date.UTC(2030, 0, 1);
const running = await startAccounts(createMemoryJournal(), { clock: () => nowMs });
const calls = callsOf(running.accounts.admin);
afterAll(() => running.stop());

test('ended sessions and used codes do not fill the list of tokens, and are listed where they are asked for', async () => {
  const expiresAt = new Date(nowMs + HOUR_MS).toISOString();
  const made = async (name: string, purpose: string, fields = {}) =>
    (await calls.create('token', { name, role: 'owner', purpose, expiresAt, ...fields })).id;
  const revoked = await made('a program that is no more', '');
  await made('a program of an hour', '');
  const [used, signedOut] = [await made('a used code', 'sign_in'), await made('a session that was ended', 'session')];
  for (const id of [revoked, used, signedOut]) await calls.delete('token', id);
  await made('a code of an hour', 'sign_in');
  await made('a session of an hour', 'session');
  const later = { expiresAt: new Date(nowMs + 12 * HOUR_MS).toISOString() };
  await made('a code of a day', 'sign_in', later);
  await made('a session of a day', 'session', later);
  const names = async (filters: Record<string, string> = {}) =>
    (await calls.list('token', { filters })).values.map(({ name }) => name);

  const programs = ['a program that is no more', 'a program of an hour'];
  const ofADay = ['a code of a day', 'a session of a day'];
  assert.deepEqual(await names(), [...programs, 'a code of an hour', 'a session of an hour', ...ofADay]);
  nowMs += 2 * HOUR_MS;
  assert.deepEqual(await names(), [...programs, ...ofADay]);
  assert.deepEqual(await names({ role: 'owner' }), [...programs, ...ofADay]);
  assert.deepEqual(await names({ purpose: 'session' }), [
    ...['a session that was ended', 'a session of an hour', 'a session of a day'],
  ]);
  assert.deepEqual(await names({ status: 'revoked' }), [programs[0], 'a used code', 'a session that was ended']);
  assert.deepEqual(await names({ status: 'expired' }), [programs[1], 'a code of an hour', 'a session of an hour']);
});
