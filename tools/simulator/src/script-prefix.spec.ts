import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readScriptPrefix } from './script-prefix.ts';

test('text without a prefix has no script', () => {
  assert.equal(readScriptPrefix('What does [[simulator {}]] mean?'), undefined);
});

test('a prefix is split from the rest of the text', () => {
  assert.deepEqual(readScriptPrefix('[[simulator {"status":503}]] and then'), {
    script: { status: 503 },
    rest: 'and then',
  });
});

test('the script may hold the closing brackets inside a string', () => {
  assert.deepEqual(readScriptPrefix('[[simulator {"text":"a]]b"}]]'), { script: { text: 'a]]b' }, rest: '' });
});

test('a prefix that never ends is refused', () => {
  assert.throws(() => readScriptPrefix('[[simulator {"status":503}'), /has no \]\]/);
});

test('a prefix with a wrong script is refused with what is wrong in it', () => {
  assert.throws(
    () => readScriptPrefix('[[simulator {"status":1}]] x'),
    /status has to be a whole number from 400 to 599/,
  );
});
