import type { Logger } from 'pino';
import { formatUsd } from '#money/nano-usd.ts';
import type { Charge } from '../domain/charge/decide-charge.ts';

/** Counts what users are charged: `gateway_spend_nano_usd_total`. */
export interface SpendCounter {
  inc(labels: { readonly model: string; readonly provider: string }, nanoUsd: number): void;
}

/** The label is the model of the price: a model has many names, and a client may invent dated ones. */
export function countSpend(
  counter: SpendCounter | undefined,
  { priceKey, amountNanoUsd }: Charge,
  provider: string,
): void {
  if (amountNanoUsd === '0') return;
  counter?.inc({ model: priceKey.slice(priceKey.indexOf('/') + 1), provider }, Number(amountNanoUsd));
}

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
