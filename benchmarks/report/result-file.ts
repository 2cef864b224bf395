import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../measure/machine.ts';
import type { BenchOptions } from '../options.ts';
import type { Report } from './report.ts';

const RESULTS = new URL('../results/', import.meta.url);

/** Ratios and milliseconds are not known better than this. */
const DECIMALS = 4;

export interface Result {
  readonly scenario: string;
  readonly measuredAt: string;
  /** What was asked for on the command line. */
  readonly settings: Omit<BenchOptions, 'isJson' | 'isSaved' | 'scenarios'>;
  readonly machine: Machine;
  readonly report: Report;
}

/** The result as JSON: amounts as decimal text, other numbers rounded. */
export function resultJson(result: Result): string {
  const { report, ...head } = result;
  const { tables: _, ...rest } = report;
  return `${JSON.stringify({ ...head, ...rest }, readable, 2)}\n`;
}

/**
 * Writes results/<date>-<scenario>.json (with -overlapped where admissions were, -together where leaders were), over an earlier one of the same day.
 * Resolves to its path.
 */
export async function saveResult(result: Result): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const { durability, leaders } = result.settings;
  const isTogether = result.scenario === 'distributed' && leaders === 'together';
  const variant = (durability === 'overlapped' ? '-overlapped' : '') + (isTogether ? '-together' : '');
  const name = `${result.measuredAt.slice(0, 10)}-${result.scenario}${variant}.json`;
  const path = fileURLToPath(new URL(name, RESULTS));
  await writeFile(path, resultJson(result));
  return path;
}

function readable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toFixed(DECIMALS));
  return value;
}
