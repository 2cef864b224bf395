import type { PaidPrice } from '../../api/gen/index.ts';

/** What a million of a unit cost. */
export function OfUnit({ terms, unit }: { readonly terms: PaidPrice; readonly unit: string }) {
  const found = terms.prices?.find((price) => price.unit === unit)?.usd_per_million;
  if (found === undefined || found === null) return <span className="text-soft">–</span>;
  return <data value={found} title={`${found} USD for a million`}>{`$${found}`}</data>;
}

/** The prices that have no column of their own, in words. */
export function moreOf({ prices = [], bands = [], service_tiers = [] }: PaidPrice): string {
  const others = prices
    .filter(({ unit }) => !['input', 'output', 'cached_input'].includes(unit ?? ''))
    .map(({ unit, usd_per_million }) => `${(unit ?? '').replaceAll('_', ' ')} $${usd_per_million}`);
  const above = bands.map(({ above_prompt_tokens }) => `others above ${above_prompt_tokens} tokens`);
  const tiers = service_tiers.map(({ service_tier }) => `others in ${service_tier}`);
  return [...others, ...above, ...tiers].join(', ');
}
