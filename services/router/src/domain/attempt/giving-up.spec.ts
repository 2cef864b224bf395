import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { type Cause, type Progress, verdicts } from './giving-up.ts';

const cells = Object.entries(verdicts).flatMap(([cause, row]) =>
  Object.entries(row).map(([progress, verdict]) => ({
    cause: cause as Cause,
    progress: progress as Progress,
    ...verdict,
  })),
);

test('what a model has begun to answer is never asked for again, and somebody pays for it', () => {
  for (const { cause, progress, retry, payer } of cells) {
    if (progress !== 'begun' && progress !== 'passed-on') continue;
    assert.equal(retry, 'never', `${cause} ${progress}`);
    assert.notEqual(payer, 'nobody', `${cause} ${progress}`);
  }
});

test('a timeout is not waited for a second time at the same provider', () => {
  for (const { cause, progress, retry } of cells) if (cause === 'late') assert.notEqual(retry, 'anywhere', progress);
});

test('what the client has a part of, the client pays', () => {
  for (const { progress, payer } of cells) if (progress === 'passed-on') assert.equal(payer, 'client');
});

test('a request that has not reached a provider costs nothing', () => {
  for (const { progress, payer } of cells) if (progress === 'unsent') assert.equal(payer, 'nobody');
});

test('what a client brings about, by asking for too much or by leaving, is not free to repeat', () => {
  for (const { cause, progress, payer } of cells) {
    if ((cause === 'too-long' || cause === 'client-gone') && progress === 'begun') assert.equal(payer, 'client');
  }
});
