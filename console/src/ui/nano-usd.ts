/* Amounts as whole nano-USD, where the console adds some up. No float touches them. */

const NANOS = 9;

/** "12.5" as nano-USD. Throws an `Error` for what is no amount in USD, or has more than nine decimals. */
export function nanoUsdIn(text: string): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (whole === '') throw new Error('The amount must be decimal USD with at most nine decimals, such as 10.50 or -3.');
  const nanos = BigInt(whole + fraction.padEnd(NANOS, '0'));
  return sign === '-' ? -nanos : nanos;
}

/** Exact decimal USD: "12.5". */
export function usdOf(nanoUsd: bigint): string {
  const isNegative = nanoUsd < 0n;
  const digits = String(isNegative ? -nanoUsd : nanoUsd).padStart(NANOS + 1, '0');
  const fraction = digits.slice(-NANOS).replace(/0+$/, '');
  return `${isNegative ? '-' : ''}${digits.slice(0, -NANOS)}${fraction === '' ? '' : `.${fraction}`}`;
}
