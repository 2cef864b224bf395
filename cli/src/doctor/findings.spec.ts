import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { clockFindingOf } from './clock-finding.ts';
import { reasonOf } from './finding.ts';
import { roomFindingOf } from './room-finding.ts';

const GIBIBYTE = 1024 ** 3;

test('clocks that differ by more than a second are to be looked at, by more than a minute they fail', () => {
  const statuses = [0, 1_000, 1_001, 60_000, 60_001].map((ms) => clockFindingOf(ms).status);
  assert.deepEqual(statuses, ['ok', 'ok', 'warn', 'warn', 'fail']);
  assert.match(clockFindingOf(5_000).message, /differ by 5000 ms/);
});

test('less than five gibibytes of room are to be looked at, less than one fail', () => {
  const statuses = [6, 4.9, 0.9].map((free) => roomFindingOf('/data', free * GIBIBYTE).status);
  assert.deepEqual(statuses, ['ok', 'warn', 'fail']);
});

test('the reason of a failure is the innermost one that says something', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  assert.equal(reasonOf(new TypeError('fetch failed', { cause: refused })), refused.message);
  assert.equal(reasonOf(new AggregateError([refused], '')), refused.message);
  assert.equal(reasonOf(Object.assign(new Error(''), { code: 'ETIMEDOUT' })), 'ETIMEDOUT');
  assert.equal(reasonOf('gone'), 'gone');
});
