import type { JsonObject } from '#kernel/json.ts';
import type { Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { followResponsesRules, gatewaysFields, withoutForeignProofs } from '../openai-responses/patch.ts';

/** What the gateway answers for itself, and what this call does not take. */
const removed: readonly string[] = [
  ...gatewaysFields,
  ...['store', 'stream', 'stream_options', 'max_output_tokens', 'max_tool_calls'],
];

/** The client's own bytes for a provider that compacts by itself. */
export function patchCompact(body: Buffer, parsedBody: JsonObject, target: Target): Buffer {
  const changes = new Map<string, FieldChange>();
  if (parsedBody['model'] !== target.model) changes.set('model', { kind: 'put', json: JSON.stringify(target.model) });
  for (const name of removed) if (Object.hasOwn(parsedBody, name)) changes.set(name, { kind: 'remove' });
  const input = withoutForeignProofs(body);
  if (input !== null) changes.set('input', { kind: 'put', json: input });
  followResponsesRules(parsedBody, target, changes);
  return spliceFields(body, parsedBody, changes);
}
