import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { wallClock, weekdays } from './wall-clock.ts';

function shown(when: string, timeZone: string): string | undefined {
  const time = wallClock(timeZone)?.(Date.parse(when));
  if (time === undefined) return undefined;
  const [hours, minutes] = [Math.floor(time.minuteOfDay / 60), time.minuteOfDay % 60];
  return `${weekdays[time.weekday]} ${hours}:${minutes}`;
}

test('a clock shows the day and the minute of its zone, before and after it is changed', () => {
  assert.equal(shown('2026-11-28T23:59:59Z', ''), 'sat 23:59');
  assert.equal(shown('1969-12-31T23:00:00Z', ''), 'wed 23:0');
  assert.equal(shown('2026-11-28T23:30:00Z', 'Europe/Berlin'), 'sun 0:30');
  assert.equal(shown('2026-11-28T23:30:00Z', 'Asia/Kathmandu'), 'sun 5:15');
  assert.equal(shown('2026-11-28T03:30:00Z', 'America/New_York'), 'fri 22:30');
  assert.equal(shown('2026-03-29T00:59:59Z', 'Europe/Berlin'), 'sun 1:59');
  assert.equal(shown('2026-03-29T01:00:00Z', 'Europe/Berlin'), 'sun 3:0');
  assert.equal(shown('2026-10-25T00:59:00Z', 'Europe/Berlin'), 'sun 2:59');
  assert.equal(shown('2026-10-25T01:00:00Z', 'Europe/Berlin'), 'sun 2:0');
});

test('a zone that there is not has no clock', () => {
  assert.equal(wallClock('Mars/Olympus'), undefined);
});
