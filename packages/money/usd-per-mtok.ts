/** 1 USD for a million tokens is 10^6 pico-USD for one token, so six decimals are exact. */
const DECIMALS = 6;
const PICO_PER_USD_PER_MTOK = 10n ** BigInt(DECIMALS);

/** Eight digits of dollars a million: a picture at a dollar has seven, and tokens of the dearest models three. */
const USD_PER_MTOK_TEXT = /^(\d{1,8})(?:\.(\d{1,6}))?$/;

/**
 * The exact pico-USD per token of a price in USD per million tokens, as decimal text: `0.15` is 150,000. Throws a
 * RangeError if the price is no whole number of pico-USD, is negative, or is not a plain decimal number.
 */
export function parseUsdPerMtok(text: string): bigint {
  const match = USD_PER_MTOK_TEXT.exec(text);
  if (match === null) {
    throw new RangeError(
      `not a price in USD per million tokens: ${JSON.stringify(text)}; write a decimal number from 0 to 99999999 with at most 6 decimals`,
    );
  }
  const [, whole = '', fraction = ''] = match;
  return BigInt(whole) * PICO_PER_USD_PER_MTOK + BigInt(fraction.padEnd(DECIMALS, '0'));
}

/** The text of a price, without zeros at its end: 150,000 is `0.15`. */
export function formatUsdPerMtok(picoUsd: bigint): string {
  const whole = picoUsd / PICO_PER_USD_PER_MTOK;
  const fraction = String(picoUsd % PICO_PER_USD_PER_MTOK)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
