import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { accountsConfigFaults } from './config.ts';

test('a pepper of 64 hex digits is fine, and nothing else is', () => {
  assert.deepEqual(accountsConfigFaults({ keyPepper: 'aB'.repeat(32) }), []);
  for (const keyPepper of ['', 'ab', 'ab'.repeat(33), 'zz'.repeat(32), `${'ab'.repeat(32)}\n`]) {
    assert.equal(accountsConfigFaults({ keyPepper }).length, 1, keyPepper);
  }
});

test('a fault does not repeat the secret', () => {
  assert.doesNotMatch(accountsConfigFaults({ keyPepper: 'topsecret' }).join(), /topsecret/);
});
