import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

const DAY_MS = 86_400_000;

/** What is shown where no day is named: today and the 29 days before it. */
const DEFAULT_DAYS = 30;

/** A leap year: an answer has a line for each day and model, and must stay small. */
const DAYS_MAX = 366;

/** The first day that the log's times can name. The database has no year 0, and no day before has any use. */
const FIRST_DAY = '1970-01-01';

/** Inclusive days of UTC, YYYY-MM-DD. */
export interface UsagePeriod {
  readonly fromDay: string;
  readonly toDay: string;
}

/** The period a query asks for. Throws a `Fault` (`invalid_request`) for what is no day, runs backwards or is too long. */
export function usagePeriod(query: URLSearchParams, nowMs: number): UsagePeriod {
  const toDay = dayOf(query, 'to') ?? dayText(nowMs);
  const fromDay =
    dayOf(query, 'from') ?? dayText(Math.max(Date.parse(toDay) - (DEFAULT_DAYS - 1) * DAY_MS, Date.parse(FIRST_DAY)));
  const days = (Date.parse(toDay) - Date.parse(fromDay)) / DAY_MS + 1;
  if (days < 1) throw new Fault(invalid("'from' must not be after 'to'.", 'from'));
  if (days > DAYS_MAX) throw new Fault(invalid(`A period has at most ${DAYS_MAX} days.`, 'from'));
  return { fromDay, toDay };
}

function dayOf(query: URLSearchParams, param: string): string | undefined {
  const text = query.get(param);
  if (text === null) return undefined;
  // 2026-02-30 would be read as March 2 by some and refused by others.
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && dayText(Date.parse(text)) === text;
  if (isDay && text >= FIRST_DAY) return text;
  throw new Fault(invalid(`'${param}' must be a day from ${FIRST_DAY} on, such as 2026-01-31.`, param));
}

function dayText(timeMs: number): string {
  return Number.isNaN(timeMs) ? '' : new Date(timeMs).toISOString().slice(0, 10);
}
