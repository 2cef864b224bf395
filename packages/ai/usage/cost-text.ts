const NANOS_A_DOLLAR = 1_000_000_000n;
const NANO_DIGITS = 9;

/** An amount in US dollars as a JSON number with all of its digits: 12,345 nano-USD are `0.000012345`. */
export function costText(nanoUsd: bigint): string {
  const nanos = nanoUsd < 0n ? -nanoUsd : nanoUsd;
  const fraction = (nanos % NANOS_A_DOLLAR).toString().padStart(NANO_DIGITS, '0').replace(/0+$/, '');
  return `${nanoUsd < 0n ? '-' : ''}${nanos / NANOS_A_DOLLAR}${fraction === '' ? '' : `.${fraction}`}`;
}
