import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from '#testkit/test.ts';
import { lookUp } from './look-up.ts';

function addressesOf(name: string): Promise<string | LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookUp(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });
}

test('a name that leads to a link-local address is not found, and one that leads to this machine is', async () => {
  await assert.rejects(addressesOf('169.254.169.254'), { code: 'EMETADATA' });
  await assert.rejects(addressesOf('fe80::1'), { code: 'EMETADATA' });
  assert.deepEqual(await addressesOf('127.0.0.1'), [{ address: '127.0.0.1', family: 4 }]);
});
