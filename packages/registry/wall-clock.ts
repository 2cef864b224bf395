const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 1_440;
const DAYS_PER_WEEK = 7;
/** 1 January 1970 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** Days of the week as routes name them, by their numbers. */
export const weekdays: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** What a clock on the wall of a time zone shows. */
export interface WallTime {
  /** 0: Monday. */
  readonly weekday: number;
  readonly minuteOfDay: number;
}

export type WallClock = (atMs: number) => WallTime;

/** Many routes are of few zones, and the zone of a table before is the same. There are some 600 zones. */
const clocks = new Map<string, WallClock>();

/**
 * The clock of an IANA time zone; empty: UTC. It reads the zone's rules once a minute, some 2 µs: clocks are changed at the beginning of
 * one. undefined: there is no such zone.
 */
export function wallClock(timeZone: string): WallClock | undefined {
  if (timeZone === '') return utcTime;
  let clock = clocks.get(timeZone);
  if (clock !== undefined) return clock;
  try {
    clock = clockOf(timeZone);
  } catch {
    return undefined;
  }
  clocks.set(timeZone, clock);
  return clock;
}

function utcTime(atMs: number): WallTime {
  const minute = Math.floor(atMs / MINUTE_MS);
  const day = Math.floor(minute / MINUTES_PER_DAY);
  return { weekday: (day + FIRST_WEEKDAY) % DAYS_PER_WEEK, minuteOfDay: minute - day * MINUTES_PER_DAY };
}

/** Throws a `RangeError` where there is no such zone. */
function clockOf(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  let lastMinute = Number.NaN;
  let lastTime: WallTime = { weekday: 0, minuteOfDay: 0 };
  return (atMs) => {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute === lastMinute) return lastTime;
    const parts = new Map(format.formatToParts(minute * MINUTE_MS).map(({ type, value }) => [type, value]));
    lastTime = {
      weekday: weekdays.indexOf(String(parts.get('weekday')).toLowerCase()),
      minuteOfDay: Number(parts.get('hour')) * MINUTES_PER_HOUR + Number(parts.get('minute')),
    };
    lastMinute = minute;
    return lastTime;
  };
}
