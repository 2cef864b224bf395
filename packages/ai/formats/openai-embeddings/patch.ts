import type { JsonObject } from '#kernel/json.ts';
import type { Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { fitToRules } from '../openai-chat/patch.ts';

/** The client's own bytes with the provider's name of the model. There is no bound of an output to put in. */
export function patchEmbeddings(body: Buffer, parsedBody: JsonObject, target: Target): Buffer {
  const changes = new Map<string, FieldChange>();
  if (parsedBody['model'] !== target.model) changes.set('model', { kind: 'put', json: JSON.stringify(target.model) });
  // The wish for the cost is said to the gateway.
  if (Object.hasOwn(parsedBody, 'usage')) changes.set('usage', { kind: 'remove' });
  fitToRules(changes, parsedBody, target);
  return spliceFields(body, parsedBody, changes);
}
