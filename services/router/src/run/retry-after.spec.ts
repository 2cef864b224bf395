import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { isNotToBeRepeated, RETRY_AFTER_TOLD_MAX_MS, retryAfterMs } from './retry-after.ts';

const nowMs = Date.parse('2026-11-28T08:00:00Z');
const inSeconds = (value: string) => retryAfterMs({ 'retry-after': value }, nowMs);
const inMs = (value: string) => retryAfterMs({ 'retry-after-ms': value }, nowMs);

test('seconds, milliseconds and dates are understood, and milliseconds come first', () => {
  assert.deepEqual([inSeconds('7'), inSeconds(' 0.5 '), inSeconds('0'), inMs('1200.2')], [7_000, 500, 0, 1_201]);
  assert.equal(inSeconds('Sat, 28 Nov 2026 08:00:30 GMT'), 30_000);
  assert.equal(retryAfterMs({ 'retry-after-ms': '40', 'retry-after': '7' }, nowMs), 40);
  assert.equal(retryAfterMs({ 'retry-after-ms': 'soon', 'retry-after': '7' }, nowMs), 7_000);
});

test('no wait is longer than an hour, in whatever form a provider asks for it', () => {
  const nines = '9'.repeat(400);
  for (const value of ['99999999999', '3601', nines, `${nines}.5`, 'Sat, 28 Nov 2099 08:00:00 GMT']) {
    assert.equal(inSeconds(value), RETRY_AFTER_TOLD_MAX_MS, value);
  }
  for (const value of ['99999999999', nines]) assert.equal(inMs(value), RETRY_AFTER_TOLD_MAX_MS, value);
});

test('nonsense asks for nothing, and a date that has passed for no wait', () => {
  for (const value of ['', '-5', 'NaN', 'Infinity', '1e9', '0x10', '7 s', '1,2', 'tomorrow', 'Sat, never']) {
    assert.deepEqual([inSeconds(value), inMs(value)], [undefined, undefined], value);
  }
  assert.equal(inSeconds('Sat, 28 Nov 2020 08:00:00 GMT'), 0);
});

test('of a header that came twice the first counts', () => {
  assert.equal(retryAfterMs({ 'retry-after': ['3', '9'] }, nowMs), 3_000);
  assert.equal(retryAfterMs({}, nowMs), undefined);
});

test("Azure's milliseconds count after OpenAI's, and before the seconds", () => {
  const azure = { 'x-ms-retry-after-ms': '250', 'retry-after': '1' };
  assert.equal(retryAfterMs(azure, nowMs), 250);
  assert.equal(retryAfterMs({ ...azure, 'retry-after-ms': '40' }, nowMs), 40);
});

test("Google's RetryInfo in a document counts where no header says anything", () => {
  const inDetails = (...details: unknown[]) => retryAfterMs({}, nowMs, { error: { details } });
  const info = (retryDelay: unknown) => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay });
  assert.deepEqual([inDetails({ '@type': 'x' }, info('34.07s')), inDetails(info('0s'))], [34_070, 0]);
  assert.equal(retryAfterMs({ 'retry-after': '2' }, nowMs, { error: { details: [info('9s')] } }), 2_000);
  for (const odd of ['34', 's', '-3s', '1e9s', 7, null]) assert.equal(inDetails(info(odd)), undefined, String(odd));
  assert.equal(inDetails(info('9'.repeat(400).concat('s'))), RETRY_AFTER_TOLD_MAX_MS);
  for (const document of [{}, { error: 'x' }, { error: { details: {} } }, { error: { details: [null, 1] } }]) {
    assert.equal(retryAfterMs({}, nowMs, document), undefined);
  }
});

test('only a plain no forbids a repetition', () => {
  assert.ok(isNotToBeRepeated({ 'x-should-retry': 'False' }));
  for (const value of ['true', '', 'no']) assert.ok(!isNotToBeRepeated({ 'x-should-retry': value }));
  assert.ok(!isNotToBeRepeated({}));
});
