import { type AdmitRequest, REQUEST_TAGS_MAX } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { TOKENS_MAX } from '#money/cost-bound.ts';
import { uncountable } from './refusals.ts';

/** What the log's counts (uint32) cannot hold. A count of no choices would make a hold of nothing. */
export function countFault(request: AdmitRequest): Refusal | undefined {
  const { promptTokensBound, promptTokensEstimate, outputTokensRequested, choices, counts, attribution } = request;
  if (!isCount(promptTokensBound) || !isCount(promptTokensEstimate)) return uncountable('The prompt', 'messages');
  if (!isCount(choices) || choices === 0) return uncountable('n', 'n');
  if (!isCount(outputTokensRequested * choices)) return uncountable('max_tokens times n', 'max_tokens');
  if (attribution.tags.length > REQUEST_TAGS_MAX) {
    return invalid(`A request may have at most ${REQUEST_TAGS_MAX} tags.`, 'tags');
  }
  for (const [unit, quantity] of Object.entries(counts)) {
    if (!isCount(quantity)) return uncountable(`The number of ${unit}`, '');
  }
  return undefined;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= TOKENS_MAX;
}
