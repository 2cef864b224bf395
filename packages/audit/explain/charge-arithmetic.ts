import type { EventBodies } from '#contracts/events.ts';
import { PICO_PER_NANO } from '#money/nano-usd.ts';
import { BASIS_POINTS, rateLines } from '#money/rate.ts';

/** Every step of the calculation of a charge. */
export interface ChargeArithmetic {
  readonly lines: readonly {
    readonly unit: string;
    readonly quantity: number;
    readonly pricePicoUsd: bigint;
    readonly productPicoUsd: bigint;
  }[];
  readonly sumPicoUsd: bigint;
  readonly multiplierBasisPoints: number;
  /** sum x multiplier in nano-USD before rounding, as an exact decimal. */
  readonly exactNanoUsd: string;
  /** Rounded to the nearest nano-USD, halves up. */
  readonly roundedNanoUsd: bigint;
}

export function chargeArithmetic(charge: EventBodies['ChargePosted']): ChargeArithmetic {
  const lines = charge.lines.map(({ unit, quantity, pricePicoUsd }) => ({
    unit,
    quantity,
    pricePicoUsd: BigInt(pricePicoUsd),
    productPicoUsd: BigInt(quantity) * BigInt(pricePicoUsd),
  }));
  const sumPicoUsd = lines.reduce((sum, line) => sum + line.productPicoUsd, 0n);
  return {
    lines,
    sumPicoUsd,
    multiplierBasisPoints: charge.multiplierBasisPoints,
    exactNanoUsd: exactQuotient(sumPicoUsd * BigInt(charge.multiplierBasisPoints)),
    roundedNanoUsd: rateLines(lines, charge.multiplierBasisPoints),
  };
}

/** Converts pico-USD times basis points to nano-USD. */
const DIVISOR = BASIS_POINTS * PICO_PER_NANO;
const DECIMALS = String(DIVISOR).length - 1;

function exactQuotient(scaled: bigint): string {
  const fraction = String(scaled % DIVISOR)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(scaled / DIVISOR) : `${scaled / DIVISOR}.${fraction}`;
}
