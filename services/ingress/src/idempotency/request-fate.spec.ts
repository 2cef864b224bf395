import assert from 'node:assert/strict';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { test } from '#testkit/test.ts';
import { requestFate } from './request-fate.ts';

const event = (type: string, data: unknown = {}): RecordedEvent => ({ type, data }) as unknown as RecordedEvent;
const admitted = event('RequestAdmitted');
const withdrawn = event('AdmissionWithdrawn');
const usage = (quantity: number): RecordedEvent =>
  event('UsageRecorded', {
    quantities: [
      { unit: 'input', quantity: 0 },
      { unit: 'search', quantity },
    ],
  });

test('a request has used something once a usage says so, and only then', () => {
  assert.equal(requestFate([]), 'absent');
  assert.equal(requestFate([admitted]), 'open');
  assert.equal(requestFate([admitted, usage(1)]), 'used');
  assert.equal(requestFate([admitted, usage(1), event('ChargePosted')]), 'used');
  assert.equal(requestFate([admitted, usage(0)]), 'free');
  assert.equal(requestFate([admitted, usage(0), event('ChargePosted')]), 'free');
  assert.equal(requestFate([admitted, event('HoldExpired')]), 'free');
  assert.equal(requestFate([withdrawn, withdrawn]), 'free');
  assert.equal(requestFate([admitted, withdrawn]), 'free');
});
