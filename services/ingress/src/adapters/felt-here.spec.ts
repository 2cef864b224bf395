import assert from 'node:assert/strict';
import { createMemoryAdmin } from '#testkit/memory-admin.ts';
import { test } from '#testkit/test.ts';
import { feltHere } from './felt-here.ts';

const caller = { actor: 'ann', role: 'owner', address: '', requestId: 'r' } as const;
const whoAmI = { $typeName: 'gateway.admin.v1.WhoAmIRequest' } as const;
const suspend = { $typeName: 'gateway.admin.v1.SuspendUserRequest', id: 'nobody' } as const;

test('a change is answered when this process has folded the log up to it; a read does not wait', async () => {
  const asked: string[] = [];
  const felt = Promise.withResolvers<void>();
  const admin = createMemoryAdmin();
  const port = feltHere(
    { ...admin.port, suspendUser: async () => ({ user: { id: 'u' } }), whoAmI: async () => ({ actor: 'ann' }) },
    {
      journal: { head: async () => 7 },
      registry: {
        reached(position) {
          asked.push(`reached ${position}`);
          return felt.promise;
        },
      },
    },
  );
  assert.deepEqual(await port.whoAmI(whoAmI, caller), { actor: 'ann' });
  assert.equal(asked.length, 0);
  const changed = port.suspendUser(suspend, caller).then(() => asked.push('answered'));
  await new Promise(setImmediate);
  felt.resolve();
  await changed;
  assert.deepEqual(asked, ['reached 7', 'answered']);
});
