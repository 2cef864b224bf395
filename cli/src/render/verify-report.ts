import type { VerifyReport } from '#audit/verify-log.ts';
import { table } from './table.ts';

export function verifyReportText(report: VerifyReport): string {
  const rows = report.results.map(({ id, title, checked, violationCount }) => [
    id,
    title,
    `${checked} checked`,
    violationCount === 0 ? 'ok' : `${violationCount} VIOLATED`,
  ]);
  const lines = [table(rows), ''];
  for (const { id, violations, violationCount } of report.results) {
    for (const violation of violations) {
      lines.push(`${id} at position ${violation.position}, stream ${violation.stream}`);
      lines.push(`   expected ${violation.expected}`, `   found    ${violation.found}`);
    }
    if (violationCount > violations.length) lines.push(`${id}: ${violationCount - violations.length} more`);
  }
  lines.push(`${report.events} events, the last at position ${report.lastPosition} with the chain hash`);
  lines.push(report.lastChain.toString('hex'));
  lines.push(report.isVerified ? 'The log is sound.' : 'THE LOG IS NOT SOUND.');
  return lines.join('\n');
}

export function verifyReportJson(report: VerifyReport): unknown {
  return { ...report, lastChain: report.lastChain.toString('hex') };
}
