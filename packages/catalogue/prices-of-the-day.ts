import type { ModelInfo, ModelPrice } from '@pydantic/genai-prices';

/**
 * All prices that hold at some hour of the day of `atMs`: the catalogue lists prices so that the last one whose
 * condition holds counts; a date that has come hides everything before it, a time of day does not.
 */
export function pricesOfTheDay(prices: ModelInfo['prices'], atMs: number): ModelPrice[] {
  if (!Array.isArray(prices)) return [prices];
  const ofTheDay: ModelPrice[] = [];
  for (const { constraint, prices: stated } of prices.toReversed()) {
    if (constraint?.type === 'start_date' && Date.parse(constraint.start_date) > atMs) continue;
    ofTheDay.push(stated);
    if (constraint?.type !== 'time_of_date') return ofTheDay;
  }
  return ofTheDay;
}
