import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import type { AdminCaller } from '#contracts/admin.ts';
import {
  CreateSignInLinkRequestSchema,
  PauseApiKeyRequestSchema,
  PauseMyApiKeyRequestSchema,
  ResumeApiKeyRequestSchema,
  ResumeMyApiKeyRequestSchema,
  RotateApiKeyRequestSchema,
  RotateMyApiKeyRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, test } from '#testkit/test.ts';
import { callsOf, owner, startAccounts } from './testing.ts';

const running = await startAccounts(createMemoryJournal());
const { admin } = running.accounts;
const calls = callsOf(admin);
afterAll(() => running.stop());

const expiresAt = new Date(Date.now() + 3_600_000).toISOString();

/** A user's session at the console; absent `keyId`: one of a link. */
async function sessionOf(userId: string, keyId?: string): Promise<AdminCaller> {
  const openedBy = keyId === undefined ? 'bootstrap' : `key:${keyId}`;
  const token = { name: 'Console', role: 'holder', purpose: 'session', userId, openedBy, expiresAt };
  const { id: actor } = await calls.create('token', token);
  return { actor, role: 'holder', address: '127.0.0.1', requestId: '', userId };
}

async function holderWithKey() {
  const { id: userId } = await calls.create('user', { name: 'A holder' });
  const { id } = await calls.create('key', { userId });
  return { userId, id };
}

const isConflict = (thrown: unknown): boolean => thrown instanceof Fault && thrown.code === 'conflict';

test('a holder resumes what they paused themselves, and nothing that an administrator paused as well', async () => {
  const { userId, id } = await holderWithKey();
  const session = await sessionOf(userId);
  const resume = () => admin.resumeMyApiKey(create(ResumeMyApiKeyRequestSchema, { id }), session);
  const pause = () => admin.pauseMyApiKey(create(PauseMyApiKeyRequestSchema, { id }), session);
  await pause();
  assert.equal((await resume()).apiKey?.status, 'active');
  await pause();
  await admin.pauseApiKey(create(PauseApiKeyRequestSchema, { id }), owner);
  await assert.rejects(resume(), isConflict);
  assert.equal((await calls.get('key', id)).value.status, 'paused');
  // Neither by pausing it once more.
  await pause();
  await assert.rejects(resume(), isConflict);

  await admin.resumeApiKey(create(ResumeApiKeyRequestSchema, { id }), owner);
  assert.equal((await resume()).apiKey?.status, 'active');
});

test('a key that is rotated ends the sessions that were opened with it, but the one it was rotated by', async () => {
  const { userId, id } = await holderWithKey();
  const [own, strangers, ofLink] = [await sessionOf(userId, id), await sessionOf(userId, id), await sessionOf(userId)];
  const statusOf = async ({ actor }: AdminCaller) => (await calls.get('token', actor)).value.status;
  await admin.rotateMyApiKey(create(RotateMyApiKeyRequestSchema, { id }), own);
  assert.deepEqual(
    [await statusOf(own), await statusOf(strangers), await statusOf(ofLink)],
    ['active', 'revoked', 'active'],
  );
  await assert.rejects(
    async () => admin.rotateMyApiKey(create(RotateMyApiKeyRequestSchema, { id }), strangers),
    (thrown) => thrown instanceof Fault && thrown.code === 'forbidden',
  );
  await admin.rotateApiKey(create(RotateApiKeyRequestSchema, { id }), owner);
  assert.deepEqual([await statusOf(own), await statusOf(ofLink)], ['revoked', 'active']);
});

test("a link of an operator whose token was revoked meanwhile is not the gateway's own", async () => {
  const { userId } = await holderWithKey();
  const { id: actor } = await calls.create('token', { name: 'An operator', role: 'operator' });
  await calls.delete('token', actor);
  const operator: AdminCaller = { actor, role: 'operator', address: '127.0.0.1', requestId: '' };
  const made = await admin.createSignInLink(create(CreateSignInLinkRequestSchema, { id: userId }), operator);
  assert.equal((await calls.get('token', made.id ?? '')).value.openedBy, actor);
});
