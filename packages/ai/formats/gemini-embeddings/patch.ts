import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { writeJson } from '../../json/write-json.ts';
import { fitToRules } from '../openai-chat/patch.ts';

/**
 * A client's own request for a provider of the same format. The requests of a batch have the provider's name of the model; one alone has
 * it in the URL. Every other byte stays, but for those of a batch that came with another name.
 */
export function patchGeminiEmbeddings(body: Buffer, parsed: JsonObject, target: Target): Buffer {
  const changes = new Map<string, FieldChange>();
  const model = target.model.startsWith('models/') ? target.model : `models/${target.model}`;
  const requests = asArray(parsed['requests']).map((request) => asObject(request) ?? {});
  if (requests.some((request) => request['model'] !== model)) {
    const named = requests.map((request) => ({ ...request, model }));
    changes.set('requests', { kind: 'put', json: writeJson(named) });
  }
  if (parsed['model'] !== undefined) changes.set('model', { kind: 'remove' });
  fitToRules(changes, parsed, target);
  return changes.size === 0 ? body : spliceFields(body, parsed, changes);
}
