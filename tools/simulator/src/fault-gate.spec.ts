import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createFaultGate } from './fault-gate.ts';

test('a script that says neither how often nor at which rate fails every time', () => {
  const gate = createFaultGate();
  assert.equal(gate({ status: 503 }).status, 503);
  assert.equal(gate({ status: 503 }).status, 503);
});

test('failTimes fails the first attempts of its key, and each key has its own count', () => {
  const gate = createFaultGate();
  const statuses = (key: string) => [1, 2, 3].map(() => gate({ key, failTimes: 2, status: 529 }).status);
  assert.deepEqual(statuses('a'), [529, 529, undefined]);
  assert.deepEqual(statuses('b'), [529, 529, undefined]);
});

test('failTimes without a kind of fault fails with status 500', () => {
  assert.equal(createFaultGate()({ key: 'a', failTimes: 1 }).status, 500);
});

test('a fault that is over takes nothing else of the script with it', () => {
  const gate = createFaultGate();
  assert.deepEqual(gate({ key: 'a', failTimes: 0, cutAfterChunks: 1, text: 'hi', latencyMs: 3 }), {
    key: 'a',
    failTimes: 0,
    text: 'hi',
    latencyMs: 3,
  });
});

test('a failure rate is spread evenly over the requests', () => {
  const gate = createFaultGate();
  const failed = Array.from({ length: 100 }, () => gate({ failureRate: 0.25 }).status === 500);
  assert.equal(failed.filter(Boolean).length, 25);
  assert.deepEqual(failed.slice(0, 8), [false, false, false, true, false, false, false, true]);
});

test('failure rates of 0 and 1 are never and always', () => {
  const gate = createFaultGate();
  assert.equal(gate({ failureRate: 0 }).status, undefined);
  assert.equal(gate({ failureRate: 1 }).status, 500);
});
