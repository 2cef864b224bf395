import { asObject, type JsonObject } from '#kernel/json.ts';
import { RawJson } from '../../json/write-json.ts';
import { costText } from '../../usage/cost-text.ts';

/** A response with its cost in its usage; the same where it has no usage. */
export function withCost(response: JsonObject, costNanoUsd: bigint): JsonObject {
  const usage = asObject(response['usage']);
  if (usage === null) return response;
  return { ...response, usage: { ...usage, cost: new RawJson(costText(costNanoUsd)) } };
}
