import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { usagePeriod } from './usage-period.ts';

const nowMs = Date.parse('2026-03-01T23:59:59.999Z');
const periodOf = (query: string) => usagePeriod(new URLSearchParams(query), nowMs);

describe('usagePeriod', () => {
  test('is the last thirty days where none is named, in UTC', () => {
    assert.deepEqual(periodOf(''), { fromDay: '2026-01-31', toDay: '2026-03-01' });
    assert.deepEqual(periodOf('to=2026-01-30'), { fromDay: '2026-01-01', toDay: '2026-01-30' });
  });

  test('may be a day and a leap year', () => {
    assert.deepEqual(periodOf('from=2026-03-01'), { fromDay: '2026-03-01', toDay: '2026-03-01' });
    assert.ok(periodOf('from=2024-01-01&to=2024-12-31'));
  });

  test('begins with the first day there is, and may be the last', () => {
    assert.deepEqual(periodOf('to=1970-01-02'), { fromDay: '1970-01-01', toDay: '1970-01-02' });
    assert.deepEqual(periodOf('to=9999-12-31'), { fromDay: '9999-12-02', toDay: '9999-12-31' });
  });

  test('is refused where it is longer, runs backwards or names no day', () => {
    for (const query of [
      'from=0000-01-01&to=0000-01-02',
      'to=1969-12-31',
      'from=2024-01-01&to=2025-01-01',
      'from=2026-03-02',
      'to=',
      'from=2026-1-1',
      'to=2026-02-29',
    ]) {
      assert.throws(() => periodOf(query), /invalid_request/, query);
    }
  });
});
