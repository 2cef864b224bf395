import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { etagOf, ifMatchIn } from './if-match.ts';

test('If-Match is the ETag of an answer, weak or bare as well; without it any version will do', () => {
  assert.equal(ifMatchIn({ 'if-match': etagOf(7n) }), 7n);
  assert.equal(ifMatchIn({ 'if-match': 'W/"7"' }), 7n);
  assert.equal(ifMatchIn({ 'if-match': ' 12 ' }), 12n);
  assert.equal(ifMatchIn({ 'if-match': '*' }), undefined);
  assert.equal(ifMatchIn({}), undefined);
});

test('what is no ETag of this API is refused', () => {
  for (const header of ['', '"abc"', '"1", "2"', '"-1"', '1.5']) {
    assert.throws(() => ifMatchIn({ 'if-match': header }), /invalid_request: 'If-Match'/, header);
  }
});
