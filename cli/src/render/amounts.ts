import type { Money } from '#audit/explain/explanation.ts';
import { formatUsd } from '#money/nano-usd.ts';

/** `0.00123 USD`. */
export function usd(nanoUsd: bigint): string {
  return `${formatUsd(nanoUsd)} USD`;
}

/** Pico-USD per token as people state prices: USD per million tokens. */
export function usdPerMillion(picoUsd: bigint): string {
  // A million tokens at so many pico-USD cost 10^6 pico-USD each, which is 1,000 nano-USD.
  return formatUsd(picoUsd * 1_000n);
}

/** 15000: `1.5`. */
export function factor(basisPoints: number): string {
  const fraction = String(basisPoints % 10_000)
    .padStart(4, '0')
    .replace(/0+$/, '');
  return `${Math.floor(basisPoints / 10_000)}${fraction === '' ? '' : `.${fraction}`}`;
}

export function moneyLine(money: Money): string {
  const { creditedNanoUsd, chargedNanoUsd, heldNanoUsd, availableNanoUsd } = money;
  const sum = `credited ${formatUsd(creditedNanoUsd)} - charged ${formatUsd(chargedNanoUsd)} - held ${formatUsd(heldNanoUsd)}`;
  return `${sum} = available ${usd(availableNanoUsd)}`;
}

export function time(atMs: number): string {
  return new Date(atMs).toISOString();
}
