import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { failure, failureOf, MESSAGE_MAX_CHARACTERS } from './failure-of.ts';

test('a fault says it in its own words', () => {
  const fault = new Fault({ code: 'conflict', message: 'The id is taken.' });
  assert.deepEqual(failureOf(fault), { code: 'conflict', message: 'The id is taken.' });
});

test('of a database’s error its SQLSTATE is the code, of any other its name is told', () => {
  const broken = Object.assign(new Error('new row violates check constraint "c"'), { code: '23514' });
  assert.deepEqual(failureOf(broken), { code: 'sqlstate_23514', message: broken.message });
  assert.deepEqual(failureOf(new TypeError('no such thing')), {
    code: 'internal_error',
    message: 'TypeError: no such thing',
  });
  assert.equal(failureOf('a text').code, 'internal_error');
});

test('what has a secret’s shape is masked, control characters are blanks, and the length is bounded', () => {
  const { message } = failureOf(new Error('postgres://gateway:pass-word@db\u0000\n ak_0123456789abcdef'));
  assert.ok(!/pass-word|0123456789/.test(message), message);
  assert.doesNotMatch(message, /\p{Cc}/u);
  assert.equal(failure('x', 'y'.repeat(10_000)).message.length, MESSAGE_MAX_CHARACTERS);
});
