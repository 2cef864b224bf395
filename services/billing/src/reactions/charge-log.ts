import type { Logger } from 'pino';
import { formatUsd } from '#money/nano-usd.ts';
import { UNPRICED } from '#money/rate.ts';
import type { Charge } from '../domain/charge/decide-charge.ts';

interface Labels {
  readonly model: string;
  readonly provider: string;
}

interface HouseLabels {
  readonly provider: string;
  /** A failed attempt, or a copy of a request. */
  readonly kind: 'attempt' | 'shadow';
}

/** What is counted of charges, by the model of the price: a model has many names, and a client may invent dated ones. */
export interface ChargeCounters {
  /** What users are charged: `gateway_spend_nano_usd_total`. */
  readonly spend: { inc(labels: Labels, nanoUsd: number): void };
  /** What was used, unit by unit: `gateway_units_total`. */
  readonly units: { inc(labels: Labels & { readonly unit: string }, quantity: number): void };
  /** What calls that no client pays cost the house: `gateway_house_cost_nano_usd_total`. */
  readonly house?: { inc(labels: HouseLabels, nanoUsd: number): void } | undefined;
  /** Charges of which the price did not say something: `gateway_unpriced_units_total`. */
  readonly unpriced: { inc(labels: Labels & { readonly unit: string }, charges: number): void };
}

export function countCharge(
  counters: ChargeCounters | undefined,
  { priceKey, provider, amountNanoUsd, lines, ratingFlags, houseCosts }: Charge,
): void {
  if (counters === undefined) return;
  const labels = { model: priceKey.slice(priceKey.indexOf('/') + 1), provider };
  if (amountNanoUsd !== '0') counters.spend.inc(labels, Number(amountNanoUsd));
  for (const { unit, quantity } of lines) counters.units.inc({ ...labels, unit }, quantity);
  for (const cost of houseCosts) {
    counters.house?.inc({ provider: cost.provider, kind: 'attempt' }, Number(cost.amountNanoUsd));
  }
  for (const flag of ratingFlags) counters.unpriced.inc({ ...labels, unit: flag.slice(UNPRICED.length) }, 1);
}

/**
 * Logs a request's cost in one short line. The ingress' line of the same request id has the request and its usage. What the
 * price did not say is a warning of its own, since the price book has to be mended.
 */
export function logCharge(logger: Logger, charge: Charge): void {
  const { requestId, priceKey, ratingFlags } = charge;
  if (ratingFlags.length > 0) {
    logger.warn({ requestId, priceKey, ratingFlags }, 'the price does not say what a part of this usage costs');
  }
  if (!logger.isLevelEnabled('info')) return;
  logger.info(
    {
      requestId,
      userId: charge.userId,
      costUsd: formatUsd(BigInt(charge.amountNanoUsd)),
      overrunUsd: charge.overrunNanoUsd === '0' ? undefined : formatUsd(BigInt(charge.overrunNanoUsd)),
      estimated: charge.estimated || undefined,
    },
    'charge posted',
  );
}
