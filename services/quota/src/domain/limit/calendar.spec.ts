import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, test } from '#testkit/test.ts';
import { windowAt } from './calendar.ts';
import type { LimitPeriod } from './limit.ts';

const at = (text: string): number => Date.parse(text);

function shown(period: LimitPeriod, when: string, timeZone = ''): (string | null)[] {
  const { startMs, endMs } = windowAt(period, at(when), timeZone);
  return [startMs, endMs].map((ms) => (ms === null ? null : new Date(ms).toISOString().replace(':00.000Z', 'Z')));
}

/** With changes at midnight (Beirut, São Paulo), of half an hour (Lord Howe), of a whole day (Apia), and none. */
const zones = [
  '',
  'Europe/Berlin',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Tokyo',
];
const periods: LimitPeriod[] = ['minute', 'hour', 'day', 'week', 'month'];

describe('a window', () => {
  test('in UTC is the minute, hour, day, week from Monday, or month by the calendar', () => {
    const when = '2024-02-29T13:37:11Z';
    assert.deepEqual(shown('minute', when), ['2024-02-29T13:37Z', '2024-02-29T13:38Z']);
    assert.deepEqual(shown('hour', when), ['2024-02-29T13:00Z', '2024-02-29T14:00Z']);
    assert.deepEqual(shown('day', when), ['2024-02-29T00:00Z', '2024-03-01T00:00Z']);
    assert.deepEqual(shown('week', when), ['2024-02-26T00:00Z', '2024-03-04T00:00Z']);
    assert.deepEqual(shown('month', when), ['2024-02-01T00:00Z', '2024-03-01T00:00Z']);
    assert.deepEqual(shown('month', '2023-12-31T23:59:59Z'), ['2023-12-01T00:00Z', '2024-01-01T00:00Z']);
    assert.deepEqual(shown('ever', when), ['1970-01-01T00:00Z', null]);
  });

  test('of a time zone begins at its midnight, on days of 23 and of 25 hours as well', () => {
    const berlin = 'Europe/Berlin';
    assert.deepEqual(shown('day', '2024-03-31T12:00Z', berlin), ['2024-03-30T23:00Z', '2024-03-31T22:00Z']);
    assert.deepEqual(shown('day', '2024-10-27T12:00Z', berlin), ['2024-10-26T22:00Z', '2024-10-27T23:00Z']);
    assert.deepEqual(shown('month', '2024-03-31T22:30Z', berlin), ['2024-03-31T22:00Z', '2024-04-30T22:00Z']);
    assert.deepEqual(shown('week', '2024-04-01T00:00Z', berlin), ['2024-03-31T22:00Z', '2024-04-07T22:00Z']);
  });

  test('begins at the first moment after a midnight that the clocks skip', () => {
    assert.deepEqual(shown('day', '2018-11-04T12:00Z', 'America/Sao_Paulo'), [
      '2018-11-04T03:00Z',
      '2018-11-05T02:00Z',
    ]);
    // There was no 30 December 2011 in Samoa.
    assert.deepEqual(shown('day', '2011-12-29T12:00Z', 'Pacific/Apia'), ['2011-12-29T10:00Z', '2011-12-30T10:00Z']);
    assert.deepEqual(shown('day', '2011-12-30T12:00Z', 'Pacific/Apia'), ['2011-12-30T10:00Z', '2011-12-31T10:00Z']);
  });

  test('holds the moment it was asked for, follows on the one before, and is the same for each of its moments', () => {
    const anyMoment = fc.integer({ min: at('2005-01-01T00:00Z'), max: at('2035-01-01T00:00Z') });
    fc.assert(
      fc.property(fc.constantFrom(...periods), fc.constantFrom(...zones), anyMoment, (period, zone, ms) => {
        const window = windowAt(period, ms, zone);
        const endMs = window.endMs ?? assert.fail();
        assert.ok(window.startMs <= ms && ms < endMs);
        assert.deepEqual(windowAt(period, window.startMs, zone), window);
        assert.deepEqual(windowAt(period, endMs - 1, zone), window);
        assert.equal(windowAt(period, endMs, zone).startMs, endMs);
      }),
      { numRuns: 2_000 },
    );
  });
});
