import { type Finding, fail, ok, warn } from './finding.ts';

/** Clocks that are kept by NTP are within a few milliseconds. Days of usage and ends of holds go by these clocks. */
const WARN_ABOVE_MS = 1_000;
/** A minute's quota would be another one. */
const FAIL_ABOVE_MS = 60_000;

/** What it means that the clocks of the database and of this machine differ so much. */
export function clockFindingOf(differenceMs: number): Finding {
  const message = `the database's clock and this machine's differ by ${differenceMs} ms`;
  const advice = 'let NTP set both: holds, quotas and days of usage go by them';
  if (differenceMs > FAIL_ABOVE_MS) return fail('clock', message, advice);
  return differenceMs > WARN_ABOVE_MS ? warn('clock', message, advice) : ok('clock', message);
}
