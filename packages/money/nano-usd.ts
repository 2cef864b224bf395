/** Prices are in pico-USD (10^-12 USD), amounts in nano-USD (10^-9 USD). */
export const PICO_PER_NANO = 1_000n;
export const NANO_PER_USD = 1_000_000_000n;

/** The largest int64, which the log can hold: a little over nine billion dollars. */
export const AMOUNT_NANO_USD_MAX = 2n ** 63n - 1n;

const DECIMALS = 9;
const DECIMALS_MIN = 2;
const USD_TEXT = /^([+-]?)(\d{1,10})(?:\.(\d{1,9}))?$/;

/**
 * The exact nano-USD of a decimal text such as `10`, `-0.5` or `0.000000001`. Throws a RangeError for anything else:
 * exponents, blanks, more than 9 decimals, or an amount that the log cannot hold.
 */
export function parseUsd(text: string): bigint {
  const match = USD_TEXT.exec(text);
  if (match === null) {
    throw new RangeError(
      `not an amount of USD: ${quote(text)}; write a decimal number with at most 9 decimals, "10.50"`,
    );
  }
  const [, sign = '', whole = '', fraction = ''] = match;
  const nanoUsd = BigInt(whole) * NANO_PER_USD + BigInt(fraction.padEnd(DECIMALS, '0'));
  if (nanoUsd > AMOUNT_NANO_USD_MAX) {
    throw new RangeError(`too large an amount of USD: ${quote(text)}; at most ${formatUsd(AMOUNT_NANO_USD_MAX)}`);
  }
  return sign === '-' ? -nanoUsd : nanoUsd;
}

/** The shortest exact decimal text with at least two decimals: `10.00`, `-0.50`, `0.000000001`. */
export function formatUsd(nanoUsd: bigint): string {
  const sign = nanoUsd < 0n ? '-' : '';
  const absolute = nanoUsd < 0n ? -nanoUsd : nanoUsd;
  const fraction = String(absolute % NANO_PER_USD).padStart(DECIMALS, '0');
  return `${sign}${absolute / NANO_PER_USD}.${fraction.replace(/0+$/, '').padEnd(DECIMALS_MIN, '0')}`;
}

/** Long enough to recognise the text, short enough for a log line. */
const QUOTED_CHARACTERS_MAX = 40;

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text);
}
