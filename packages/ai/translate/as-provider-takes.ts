import type { JsonObject } from '#kernel/json.ts';
import type { Target } from '../format.ts';
import type { Unplaced } from './unplaced.ts';

/** The fields by the provider's own names, without those that it refuses. */
export function asProviderTakes(body: JsonObject, { rules }: Target, unplaced: Unplaced): JsonObject {
  if (rules.refused.length === 0 && Object.keys(rules.renamed).length === 0) return body;
  const taken: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined && rules.refused.includes(name)) unplaced.leaveOut(name, 'this provider refuses it');
    else taken[rules.renamed[name] ?? name] = value;
  }
  return taken;
}
