import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { MeterRecord } from '../../tools/simulator/src/meter.ts';
import { expectedCharge } from '../e2e/support/expected-charge.ts';
import type { LoggedEvent } from '../e2e/support/log-reader.ts';
import { reckonMixed } from './mixed-reckoning.ts';
import { mixedRequest, type Way, ways } from './mixed-requests.ts';
import type { Seen } from './send-mixed.ts';

const model = 'gpt-4.1-mini';
const usage = { input: 100, output: 10 };
const due = expectedCharge({ model, usage });

const seen = (way: Way, isWhole = true): Seen => {
  const asked = { ...mixedRequest(0), way };
  return { asked, requestId: 'r1', status: 200, isWhole, text: '' };
};
const metered = (status: MeterRecord['status'] = 'completed') =>
  ({ requestId: 'r1', model, status, usage }) as MeterRecord;
const charged = (amount: bigint, estimated = false) =>
  ({
    data: { requestId: 'r1', amountNanoUsd: String(amount), overrunNanoUsd: '0', estimated },
  }) as LoggedEvent<'ChargePosted'>;

test('a request that is charged what the meter says is in order', () => {
  const { faults, billedNanoUsd, meteredNanoUsd } = reckonMixed([seen('whole')], [charged(due)], [metered()]);
  assert.deepEqual([faults, billedNanoUsd, meteredNanoUsd], [[], due, due]);
});

const faulty: readonly [string, Parameters<typeof reckonMixed>, RegExp][] = [
  ['a nano-dollar too much', [[seen('whole')], [charged(due + 1n)], [metered()]], /are due/],
  ['no charge for an answer', [[seen('aborted')], [], [metered()]], /0 nano-USD were charged/],
  ['a charge for an answer that failed', [[seen('cut')], [charged(due)], [metered('failed')]], /0 are due/],
  ['one charge for two answers', [[seen('whole')], [charged(due)], [metered(), metered()]], /are due/],
  ['an estimate where usage was told', [[seen('odd')], [charged(due, true)], [metered()]], /is an estimate/],
  ['an answer without an end', [[seen('streamed', false)], [charged(due)], [metered()]], /come to its end/],
];

for (const [what, given, words] of faulty) {
  test(`${what} is a fault, with the request that it is of`, () => {
    const { faults } = reckonMixed(...given);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', words);
    assert.match(faults[0] ?? '', /^r1/);
  });
}

test('an estimate is listed apart where nobody told the usage', () => {
  const { faults, estimates, estimatedNanoUsd } = reckonMixed([seen('silent')], [charged(7n, true)], [metered()]);
  assert.deepEqual([faults, estimates, estimatedNanoUsd], [[], 1, 7n]);
});

test('a request that is charged twice stops the reckoning', () => {
  assert.throws(() => reckonMixed([seen('whole')], [charged(due), charged(due)], [metered()]), /charged twice/);
});

test('four thousand requests have every format go every way to every provider that can answer it', () => {
  const combinations = new Set<string>();
  for (let number = 0; number < 4_000; number += 1) {
    const { format, behind, way } = mixedRequest(number);
    combinations.add(`${format} ${behind} ${way}`);
  }
  // Four chats to eight providers, two forms of vectors to two, and a form that only one provider has.
  assert.equal(combinations.size, (4 * 8 + 2 * 2 + 1) * ways.length);
  assert.deepEqual(mixedRequest(77), mixedRequest(77));
});
