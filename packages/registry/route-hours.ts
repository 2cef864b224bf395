import { parseTimeOfDay } from '#kernel/time-of-day.ts';
import type { ResourceOf } from './kinds.ts';
import { type WallTime, wallClock, weekdays } from './wall-clock.ts';

type Hours = ResourceOf<'route'>['hours'][number];

const MINUTES_PER_DAY = 1_440;

/**
 * Whether a time is within one of the hours of a route, by the clock on the wall: an hour that a change of the clock leaves out or
 * repeats is left out or repeated here. Hours past midnight belong to the day on which they begin. Hours that cannot be read
 * hold never: the route of a rule that is not understood applies to nobody.
 */
export function hoursTest(hours: readonly Hours[]): (atMs: number) => boolean {
  const tests = hours.map(oneTest);
  return (atMs) => tests.some((test) => test(atMs));
}

function oneTest({ days, from, to, timeZone }: Hours): (atMs: number) => boolean {
  const clock = wallClock(timeZone);
  const begin = from === '' ? 0 : parseTimeOfDay(from);
  const end = to === '' ? MINUTES_PER_DAY : parseTimeOfDay(to);
  if (clock === undefined || begin === undefined || end === undefined) return () => false;
  const isOn = weekdays.map((day) => days.length === 0 || days.includes(day));
  const isPastMidnight = end <= begin;
  return (atMs) => {
    const { weekday, minuteOfDay } = clock(atMs);
    if (!isPastMidnight) return isOn[weekday] === true && minuteOfDay >= begin && minuteOfDay < end;
    return minuteOfDay >= begin ? isOn[weekday] === true : minuteOfDay < end && isOn[dayBefore(weekday)] === true;
  };
}

function dayBefore(weekday: WallTime['weekday']): number {
  return (weekday + weekdays.length - 1) % weekdays.length;
}
