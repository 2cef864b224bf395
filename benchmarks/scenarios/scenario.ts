import type { BenchOptions } from '../options.ts';
import type { Report } from '../report/report.ts';

/** Starts what it needs, measures, and stops everything again. Rejects when `signal` aborts. */
export type Scenario = (options: BenchOptions, signal: AbortSignal) => Promise<Report>;

/** A second of load or two, before which figures are those of a process that has just started. */
export function warmUpSeconds({ seconds }: BenchOptions): number {
  return Math.min(seconds, 2);
}
