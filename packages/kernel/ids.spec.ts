import assert from 'node:assert/strict';
import { v5, validate, version } from 'uuid';
import { test } from '#testkit/test.ts';
import { derivedId, newId } from './ids.ts';

test('a derived id is the UUIDv5 of its source and kind', () => {
  for (const [source, kind] of [
    ['a', 'b'],
    [newId(), 'usage-recorded'],
    ['ü€😀', ''],
  ] as const) {
    assert.equal(derivedId(source, kind), v5(`${source}/${kind}`, 'b7a1c2de-5c0f-4f0b-9a55-2c7d1f6f3a10'));
  }
});

test('new ids are valid, differ, and sort by time', () => {
  const ids = Array.from({ length: 100_000 }, newId);
  assert.ok(ids.every((id) => validate(id) && version(id) === 7));
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.toSorted(), ids);
});
