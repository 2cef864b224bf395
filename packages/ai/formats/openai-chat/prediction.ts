import type { JsonObject } from '#kernel/json.ts';

/**
 * The most tokens of a prediction that can be charged as output although they are not in the answer: one for each byte.
 * `max_completion_tokens` does not bound them. 0: there is no prediction.
 */
export function predictionBytes(body: JsonObject): number {
  const { prediction } = body;
  if (prediction === undefined || prediction === null) return 0;
  return Buffer.byteLength(JSON.stringify(prediction));
}
