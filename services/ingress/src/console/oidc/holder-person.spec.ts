import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { userOfPerson } from './holder-person.ts';

const caller = { actor: 'gateway', role: 'owner', address: '', requestId: '' } as const;
const mark = { id: 'mark', status: 'active', teamId: '' };
/** Finds the one user by any address, as a digest of the lower-case form may. */
const admin = {
  list: async () => ({ resources: [{ resource: { case: 'user' as const, value: mark } }] }),
  create: async () => assert.fail('nobody is made'),
  update: async () => assert.fail('nobody is moved'),
};
const rule = { team: '', createsUsers: false };

test('an address is the person that it names, and not one that only looks like it in lower case', async () => {
  const asked = (email: string) => userOfPerson(admin, { email, email_verified: true }, rule, caller);
  assert.deepEqual(await asked('mark@example.com'), { userId: 'mark' });
  assert.deepEqual(await asked('mar\u212a@example.com'), { problem: 'no_verified_email' });
  assert.deepEqual(await userOfPerson(admin, { email: 'mark@example.com' }, rule, caller), {
    problem: 'no_verified_email',
  });
});
