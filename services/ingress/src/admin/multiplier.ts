import { multiplier } from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

const BASIS_POINTS_PER_ONE = 10_000;
const DECIMALS = 4;
const MULTIPLIER = /^(\d{1,3})(?:\.(\d{1,4}))?$/;

/** The basis points of a multiplier such as "1.5" or 1.5; 0, the gateway's default, where there is none. */
export function multiplierBasisPoints(value: unknown): number {
  if (value === undefined || value === null) return 0;
  // A short decimal survives the way through a JSON number: what it is written as is what was sent.
  const match = typeof value === 'string' || typeof value === 'number' ? MULTIPLIER.exec(String(value)) : null;
  const [, whole = '0', fraction = ''] = match ?? [];
  const basisPoints = Number(whole) * BASIS_POINTS_PER_ONE + Number(fraction.padEnd(DECIMALS, '0'));
  const { http, min, max } = multiplier;
  if (basisPoints >= min && basisPoints <= max) return basisPoints;
  const range = `from ${multiplierText(min)} to ${multiplierText(max)}`;
  throw new Fault(invalid(`'${http}' must be a decimal ${range} with at most ${DECIMALS} decimals.`, http));
}

/** The decimal text of a multiplier; null where the gateway's default holds. */
export function multiplierText(basisPoints: number): string | null {
  if (basisPoints === 0) return null;
  const fraction = String(basisPoints % BASIS_POINTS_PER_ONE)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(basisPoints / BASIS_POINTS_PER_ONE);
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
