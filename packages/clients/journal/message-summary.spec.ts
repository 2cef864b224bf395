import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readSummary, summaryText } from './message-summary.ts';

const event = (position: number, type: string) => ({ position, type: type as 'RequestAdmitted' });

test('a summary says the positions and each type once', () => {
  const text = summaryText([event(7, 'RequestAdmitted'), event(8, 'UsageRecorded'), event(9, 'RequestAdmitted')]);
  const summary = { firstPosition: 7, lastPosition: 9, types: ['RequestAdmitted', 'UsageRecorded'] };
  assert.deepEqual(readSummary(text ?? ''), summary);
});

test('a message without events, or of many types, has none', () => {
  assert.equal(summaryText([]), undefined);
  const many = Array.from({ length: 9 }, (_, index) => event(index + 1, `Type${'ABCDEFGHI'[index]}`));
  assert.equal(summaryText(many), undefined);
  assert.notEqual(summaryText(many.slice(1)), undefined);
});

test('what is no summary is none, so that the message is read', () => {
  for (const text of ['', '1', '1 2', '1 2 ', '2 1 A', '-1 2 A', '1 2 A,B c', '1 2 3', `1 ${'9'.repeat(16)} A`]) {
    assert.equal(readSummary(text), undefined, text);
  }
});
