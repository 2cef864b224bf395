import type { Machine } from '../measure/machine.ts';
import { describeInWords, LOAD_BEFORE_MAX } from '../measure/machine.ts';
import type { Report, Table } from './report.ts';

/** The report as text for a terminal. */
export function reportText(scenario: string, machine: Machine, report: Report): string {
  const parts = [
    `── ${scenario}`,
    describeInWords(machine),
    `method   ${report.method}`,
    ...(machine.loadBefore > LOAD_BEFORE_MAX
      ? ['WARNING  others were using this machine: these figures are not to be kept']
      : []),
    ...report.tables.map((table) => `\n${tableText(table)}`),
    '',
    ...report.goals.map(({ what, isMet }) => `${isMet ? 'met   ' : 'MISSED'}   ${what}`),
    ...report.faults.map((fault) => `WRONG    ${fault}`),
  ];
  return `${parts.join('\n')}\n`;
}

function tableText({ title, columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  return [title, line(columns), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
