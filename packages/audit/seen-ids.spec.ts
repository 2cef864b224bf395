import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createSeenIds } from './seen-ids.ts';

test('an id is met once, whatever its form', () => {
  const ids = ['019bc1d0-0000-7000-8000-000000000001', '019bc1d0-0000-7000-8000-000000000002', 'r1', '', 'Ä'];
  const seen = createSeenIds();
  for (const id of ids) {
    assert.equal(seen.has(id), false, id);
    assert.equal(seen.meet(id), false, id);
  }
  for (const id of ids) {
    assert.equal(seen.has(id), true, id);
    assert.equal(seen.meet(id), true, id);
  }
});

test('a text that has the bytes of a UUID is not taken for it', () => {
  const seen = createSeenIds();
  seen.meet('61616161-6161-6161-6161-616161616161');
  assert.equal(seen.has('aaaaaaaaaaaaaaaa'), false);
});
