import type { JsonObject } from '#kernel/json.ts';
import { NoPlace, type Target } from '../../format.ts';
import { predictionBytes } from './prediction.ts';

/** The names that the output bound of a choice goes by. */
export const boundFields = ['max_completion_tokens', 'max_tokens'] as const;

/**
 * The bound that goes to a provider: the client's own, never above the admitted one. A client that names none gets the
 * admitted one. Of two names the one that the provider goes by counts. What a prediction may cost is not left to the
 * answer: its tokens are in the admitted bound.
 */
export function boundFor(body: JsonObject, { rules, outputTokensMax }: Target): number {
  const predicted = predictionBytes(body);
  const admitted = outputTokensMax - predicted;
  if (admitted < 1) {
    throw new NoPlace('prediction', `it may cost ${predicted} tokens of output, and ${outputTokensMax} were admitted`);
  }
  for (const field of [rules.maxTokensField, ...boundFields]) {
    const named = body[field];
    if (typeof named === 'number') return Math.min(named, admitted);
  }
  return admitted;
}

/** Whether the gateway itself decides on a field: no rule of a provider puts another in its place. */
export function isOwnField(name: string): boolean {
  return name === 'model' || name === 'n' || name === 'stream' || boundFields.some((field) => field === name);
}
