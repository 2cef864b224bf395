import type { LimitPeriod } from './limit.ts';

/** A window of a period: from its start up to its end. */
export interface CalendarWindow {
  readonly startMs: number;
  /** null: it never ends. */
  readonly endMs: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Since 1970-01-01, a Thursday, three days after a Monday. */
const MONDAY_OFFSET_DAYS = 3;

/** A day beyond the change of any time zone's offset around a local time: offsets reach from -12 to +14 hours. */
const PROBE_MS = 36 * HOUR_MS;

/**
 * The window in force at a moment. Minutes and hours are the same everywhere; days, weeks (from Monday) and months begin at
 * midnight of the time zone, or where its clocks skip midnight at the first moment after.
 */
export function windowAt(period: LimitPeriod, atMs: number, timeZone: string): CalendarWindow {
  switch (period) {
    case 'minute':
      return evenWindow(atMs, MINUTE_MS);
    case 'hour':
      return evenWindow(atMs, HOUR_MS);
    case 'day':
    case 'week':
    case 'month':
      return calendarWindow(period, atMs, timeZone);
    case 'ever':
      return { startMs: 0, endMs: null };
  }
}

function evenWindow(atMs: number, lengthMs: number): CalendarWindow {
  const startMs = Math.floor(atMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}

function calendarWindow(period: 'day' | 'week' | 'month', atMs: number, timeZone: string): CalendarWindow {
  const today = Math.floor((atMs + offsetAt(atMs, timeZone)) / DAY_MS);
  const [first, next] = daysOf(period, today);
  return { startMs: beginningOf(first, timeZone), endMs: beginningOf(next, timeZone) };
}

/** The first day of a period and of the next one, in days since 1970. */
function daysOf(period: 'day' | 'week' | 'month', day: number): readonly [number, number] {
  if (period === 'day') return [day, day + 1];
  if (period === 'week') {
    const monday = day - modulo(day + MONDAY_OFFSET_DAYS, 7);
    return [monday, monday + 7];
  }
  const { year, month } = civilDate(day);
  return [dayNumber(year, month), month === 12 ? dayNumber(year + 1, 1) : dayNumber(year, month + 1)];
}

/** The moment in which a day begins by the clocks of a time zone. */
function beginningOf(day: number, timeZone: string): number {
  const localMs = day * DAY_MS;
  if (timeZone === '') return localMs;
  const byOffsetBefore = localMs - offsetAt(localMs - PROBE_MS, timeZone);
  if (byOffsetBefore + offsetAt(byOffsetBefore, timeZone) === localMs) return byOffsetBefore;
  const byOffsetAfter = localMs - offsetAt(localMs + PROBE_MS, timeZone);
  if (byOffsetAfter + offsetAt(byOffsetAfter, timeZone) === localMs) return byOffsetAfter;
  // The clocks skip this midnight: what would be it by the offset before is the moment of the change.
  return byOffsetBefore;
}

/** The formatter of a time zone takes 50 µs to make. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a time zone are ahead of UTC. */
function offsetAt(atMs: number, timeZone: string): number {
  if (timeZone === '') return 0;
  let format = formats.get(timeZone);
  if (format === undefined) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      second: 'numeric',
      ...digits,
    });
    formats.set(timeZone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(atMs)) part[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const localMs = (dayNumber(year, month) + day - 1) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * 1_000;
  return localMs - Math.floor(atMs / 1_000) * 1_000;
}

/** Days from 1970-01-01 to the first of a month, by the era of 400 years that the Gregorian calendar repeats in. */
function dayNumber(year: number, month: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** The inverse of `dayNumber`: the year and month a day is in. */
function civilDate(day: number): { readonly year: number; readonly month: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = ((Math.floor((5 * dayOfYear + 2) / 153) + 2) % 12) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
