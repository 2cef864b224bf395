import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { LedgerPort } from '#contracts/admin-needs.ts';
import { Fault } from '#errors/fault.ts';
import { formatUsd } from '#money/nano-usd.ts';

/** How shadow targets did beside what clients got, those with the most requests first. Whole hours (UTC) are counted. */
export async function getShadowReport(
  ledger: Pick<LedgerPort, 'shadowReport'>,
  { routeId, from, to }: AdminInput<'getShadowReport'>,
): Promise<AdminOutput<'getShadowReport'>> {
  // Both are times by the check of all fields.
  const [fromMs, toMs] = [from === '' ? 0 : Date.parse(from), to === '' ? 0 : Date.parse(to)];
  if (toMs !== 0 && toMs < fromMs) {
    throw new Fault({ code: 'invalid_request', message: "'to' must not be before 'from'.", param: 'to' });
  }
  const lines = await ledger.shadowReport({ routeId, fromMs, toMs });
  return {
    comparisons: lines.map(({ shadowCostNanoUsd, ...line }) => ({
      ...line,
      requests: BigInt(line.requests),
      failed: BigInt(line.failed),
      shadowFailed: BigInt(line.shadowFailed),
      sameText: BigInt(line.sameText),
      outputTokens: BigInt(line.outputTokens),
      shadowOutputTokens: BigInt(line.shadowOutputTokens),
      shadowCostUsd: formatUsd(shadowCostNanoUsd),
    })),
  };
}
