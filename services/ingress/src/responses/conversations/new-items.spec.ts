import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { answeredItems } from './new-items.ts';

test('items of an answer are kept under their own ids, but for those that a database would refuse or change', () => {
  const idOf = (id: unknown) => answeredItems({ model: 'm', output: [{ type: 'message', id }] })[0]?.id ?? '';
  assert.equal(idOf('msg_0a-1.b:c'), 'msg_0a-1.b:c');
  for (const odd of ['a\0b', 'a\ud800', '', 'x'.repeat(257), 7, undefined])
    assert.match(idOf(odd), /^msg_[0-9a-f]{32}$/);
});
