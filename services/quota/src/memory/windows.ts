import { type CalendarWindow, windowAt } from '../domain/limit/calendar.ts';
import type { LimitPeriod } from '../domain/limit/limit.ts';

/** The window in force of a period in a time zone. */
export type Windows = (period: LimitPeriod, atMs: number, timeZone: string) => CalendarWindow;

/** Remembers the window of each period and time zone: the calendar of a time zone takes 10 µs to work out, this 0.1. */
export function createWindows(): Windows {
  const zones = new Map<string, Map<LimitPeriod, CalendarWindow>>();
  return (period, atMs, timeZone) => {
    const latest = zones.get(timeZone) ?? new Map<LimitPeriod, CalendarWindow>();
    const known = latest.get(period);
    if (known !== undefined && known.startMs <= atMs && (known.endMs === null || atMs < known.endMs)) return known;
    const window = windowAt(period, atMs, timeZone);
    latest.set(period, window);
    zones.set(timeZone, latest);
    return window;
  };
}
