const DECIMALS = 10;
const PER_USD = 10n ** BigInt(DECIMALS);

/**
 * What a million units cost in USD, as exact decimal text: the price of one in pico-USD, times a multiplier in basis points. Six
 * decimals of the price and four of the multiplier make ten.
 */
export function paidUsdPerMillion(picoUsd: bigint, multiplierBasisPoints: number): string {
  const paid = picoUsd * BigInt(multiplierBasisPoints);
  const fraction = String(paid % PER_USD)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(paid / PER_USD) : `${paid / PER_USD}.${fraction}`;
}
