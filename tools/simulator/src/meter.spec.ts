import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createMeter, type MeterRecord, MODELS_MAX, OTHER_MODELS } from './meter.ts';

function recordOf(change: Partial<MeterRecord> = {}): MeterRecord {
  return {
    requestId: null,
    sequence: 1,
    format: 'openai-chat',
    model: 'm',
    status: 'completed',
    usage: { input: 5, output: 4, cached_input: 3, cache_write: 2, reasoning: 1 },
    isUsageOmitted: false,
    stream: false,
    startedAtMs: 0,
    ...change,
  };
}

test('totals add up statuses and tokens a model', () => {
  const meter = createMeter();
  meter.record(recordOf());
  meter.record(recordOf({ status: 'aborted' }));
  meter.record(recordOf({ status: 'failed', model: 'other' }));
  const tokens = (times: number) => ({
    usage: { input: 5 * times, output: 4 * times, cached_input: 3 * times, cache_write: 2 * times, reasoning: times },
  });
  assert.deepEqual(meter.totals(), {
    m: { requests: 2, completed: 1, aborted: 1, failed: 0, ...tokens(2) },
    other: { requests: 1, completed: 0, aborted: 0, failed: 1, ...tokens(1) },
  });
});

test('records beyond the bound push out the oldest, in order, while totals keep counting', () => {
  const meter = createMeter(3);
  for (let sequence = 1; sequence <= 5; sequence += 1) {
    meter.record(recordOf({ sequence }));
  }
  assert.deepEqual(
    meter.records().map((record) => record.sequence),
    [3, 4, 5],
  );
  assert.equal(meter.totals()['m']?.requests, 5);
});

test('records are found by request id, all attempts of it', () => {
  const meter = createMeter();
  meter.record(recordOf({ requestId: 'a', sequence: 1 }));
  meter.record(recordOf({ requestId: 'b', sequence: 2 }));
  meter.record(recordOf({ requestId: 'a', sequence: 3 }));
  assert.deepEqual(
    meter.records('a').map((record) => record.sequence),
    [1, 3],
  );
  assert.deepEqual(meter.records('none'), []);
});

test('a reset forgets totals and records', () => {
  const meter = createMeter(2);
  meter.record(recordOf());
  meter.record(recordOf());
  meter.record(recordOf());
  meter.reset();
  assert.deepEqual(meter.totals(), {});
  meter.record(recordOf({ sequence: 9 }));
  assert.deepEqual(
    meter.records().map((record) => record.sequence),
    [9],
  );
});

test('made-up model names cannot grow the totals without bound', () => {
  const meter = createMeter(1);
  for (let model = 0; model < MODELS_MAX + 10; model += 1) {
    meter.record(recordOf({ model: `m${model}` }));
  }
  assert.equal(Object.keys(meter.totals()).length, MODELS_MAX + 1);
  assert.equal(meter.totals()[OTHER_MODELS]?.requests, 10);
});
