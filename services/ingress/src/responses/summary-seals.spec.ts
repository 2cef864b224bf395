import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createSummarySeals, SUMMARY_SEAL } from './summary-seals.ts';

const pepper = 'ab'.repeat(32);
const seals = createSummarySeals(pepper);

test('a summary is opened for its user, by any process under the same pepper', () => {
  const sealed = seals.seal('user-1', 'What was said: “ja”.');
  assert.equal(createSummarySeals(pepper).open('user-1', sealed), 'What was said: “ja”.');
  assert.ok(!sealed.includes('said'));
});

test('the same summary is never sealed the same way twice', () => {
  assert.notEqual(seals.seal('user-1', 'text'), seals.seal('user-1', 'text'));
});

test("another user's, another gateway's, a changed and a made-up one are not opened", () => {
  const sealed = seals.seal('user-1', 'text');
  assert.equal(seals.open('user-2', sealed), undefined);
  assert.equal(createSummarySeals('cd'.repeat(32)).open('user-1', sealed), undefined);
  for (const at of [SUMMARY_SEAL.length, sealed.length >> 1, sealed.length - 2]) {
    const other = sealed[at] === 'A' ? 'B' : 'A';
    assert.equal(seals.open('user-1', `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`), undefined, String(at));
  }
  for (const made of [
    '',
    SUMMARY_SEAL,
    `${SUMMARY_SEAL}AAAA`,
    sealed.slice(0, -6),
    sealed.slice(SUMMARY_SEAL.length),
  ]) {
    assert.equal(seals.open('user-1', made), undefined);
  }
});
