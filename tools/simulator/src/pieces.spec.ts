import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { repeatWords, splitEvenly, splitJson, splitWords } from './pieces.ts';

const anyText = fc.string({ unit: 'binary' });

test('pieces joined again are the text, however it is split', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, count) => {
      assert.equal(splitWords(text).join(''), text);
      assert.equal(splitJson(text).join(''), text);
      assert.equal(splitEvenly(text, count).join(''), text);
    }),
  );
});

test('no piece is empty, and none ends in half a character', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, count) => {
      for (const piece of [...splitWords(text), ...splitEvenly(text, count)]) {
        assert.ok(piece.length > 0 && piece.isWellFormed());
      }
    }),
  );
});

test('a piece of prose is a word with the space before it', () => {
  assert.deepEqual(splitWords('Hello, my friend. '), ['Hello,', ' my', ' friend. ']);
});

test('words repeat until there are as many as asked for', () => {
  assert.deepEqual(repeatWords('a b', 5), ['a', ' b', ' a', ' b', ' a']);
  assert.deepEqual(repeatWords('a b', 1), ['a']);
});
