import type { Logger } from 'pino';
import { formatUsd } from '#money/nano-usd.ts';
import type { Charge } from '../domain/charge/decide-charge.ts';

/** What a request cost, in one short line: what was asked and used is in the ingress' line of the same request id. */
export function logCharge(logger: Logger, charge: Charge): void {
  if (!logger.isLevelEnabled('info')) return;
  logger.info(
    {
      requestId: charge.requestId,
      userId: charge.userId,
      costUsd: formatUsd(BigInt(charge.amountNanoUsd)),
      overrunUsd: charge.overrunNanoUsd === '0' ? undefined : formatUsd(BigInt(charge.overrunNanoUsd)),
      estimated: charge.estimated || undefined,
    },
    'charge posted',
  );
}
