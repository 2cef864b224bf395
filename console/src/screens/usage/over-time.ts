import type { UsageReportLine } from '../../api/gen/index.ts';
import type { Series } from '../../ui/chart.tsx';

/** A chart with more lines than this says nothing. */
const SERIES_MAX = 8;

/** From when to when, and how finely, in milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
}

/** Lines of a report as lines of a chart: the values with the most, and 0 where an interval has none of them. */
export function overTime(
  lines: readonly UsageReportLine[],
  { fromMs, toMs, intervalMs }: Span,
  measure: (line: UsageReportLine) => number,
): { readonly atS: readonly number[]; readonly series: readonly Series[] } {
  const at: number[] = [];
  for (let ms = Math.floor(fromMs / intervalMs) * intervalMs; ms <= toMs; ms += intervalMs) at.push(ms);
  const sums = new Map<string, number>();
  for (const line of lines) sums.set(line.value ?? '', (sums.get(line.value ?? '') ?? 0) + measure(line));
  const names = [...sums].sort(([, one], [, other]) => other - one).slice(0, SERIES_MAX);
  const found = new Map(lines.map((line) => [`${Date.parse(line.at ?? '')} ${line.value ?? ''}`, measure(line)]));
  return {
    atS: at.map((ms) => ms / 1_000),
    series: names.map(([name]) => ({
      name: name === '' ? 'all' : name,
      values: at.map((ms) => found.get(`${ms} ${name}`) ?? 0),
    })),
  };
}
