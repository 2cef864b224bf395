import type { Logger } from 'pino';
import { formatUsd } from '#money/nano-usd.ts';
import type { Charge } from '../domain/charge/decide-charge.ts';

/** Logs a request's cost in one short line. The ingress' line of the same request id has the request and its usage. */
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
