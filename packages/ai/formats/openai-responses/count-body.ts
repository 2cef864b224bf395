import type { JsonObject } from '#kernel/json.ts';
import type { Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { followResponsesRules, gatewaysFields, withoutForeignProofs } from './patch.ts';

/** Fields of the answer alone, which a provider need not know to count, and those that are asked of the gateway itself. */
const uncounted: readonly string[] = [
  ...gatewaysFields,
  ...['store', 'stream', 'stream_options', 'max_output_tokens', 'max_tool_calls'],
];

/** The prompt of a client's request, for a provider of this format to count: as `patchResponses` would send it. */
export function countBody(body: Buffer, parsedBody: JsonObject, target: Pick<Target, 'model' | 'rules'>): Buffer {
  const changes = new Map<string, FieldChange>([['model', { kind: 'put', json: JSON.stringify(target.model) }]]);
  for (const name of uncounted) if (Object.hasOwn(parsedBody, name)) changes.set(name, { kind: 'remove' });
  const input = withoutForeignProofs(body);
  if (input !== null) changes.set('input', { kind: 'put', json: input });
  followResponsesRules(parsedBody, { ...target, dropsUnplaced: true }, changes);
  return spliceFields(body, parsedBody, changes);
}
