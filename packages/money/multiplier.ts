const BASIS_POINTS_PER_ONE = 10_000;
const DECIMALS = 4;
const MULTIPLIER = /^(\d{1,3})(?:\.(\d{1,4}))?$/;

/** The basis points of a factor such as "1.5"; undefined: it is no decimal with at most four decimals. */
export function parseMultiplier(text: string): number | undefined {
  const [, whole, fraction = ''] = MULTIPLIER.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return Number(whole) * BASIS_POINTS_PER_ONE + Number(fraction.padEnd(DECIMALS, '0'));
}

/** The factor as a decimal text; empty for 0, which means that none is set. */
export function multiplierText(basisPoints: number): string {
  if (basisPoints === 0) return '';
  const whole = Math.floor(basisPoints / BASIS_POINTS_PER_ONE);
  const fraction = String(basisPoints % BASIS_POINTS_PER_ONE)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
