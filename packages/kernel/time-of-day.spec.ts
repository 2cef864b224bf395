import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { parseTimeOfDay } from './time-of-day.ts';

test('a time of day has hours and minutes of two digits', () => {
  const cases = { '00:00': 0, '09:05': 545, '22:00': 1_320, '23:59': 1_439 };
  for (const [text, minute] of Object.entries(cases)) assert.equal(parseTimeOfDay(text), minute);
  for (const text of ['', '24:00', '9:05', '09:60', '09', '09:05:00', '9pm']) {
    assert.equal(parseTimeOfDay(text), undefined, text);
  }
});
