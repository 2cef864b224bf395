import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { fieldOf } from '../gemini-generate/fields.ts';

/** A text to be embedded, as a request of `embedContent`, and where it stands in the client's body: empty for all of it. */
export interface EmbedItem {
  readonly request: JsonObject;
  readonly path: string;
}

/** Whether a body is one of `batchEmbedContents`. */
export function isBatch(body: JsonObject): boolean {
  return body['requests'] !== undefined;
}

/** The requests in a body of either call. */
export function itemsOf(body: JsonObject): readonly EmbedItem[] {
  if (!isBatch(body)) return [{ request: body, path: '' }];
  return asArray(body['requests']).map((item, at) => ({ request: asObject(item) ?? {}, path: `requests[${at}].` }));
}

/** A setting, which may stand in the request itself or, as newer models have it, in its configuration. */
export function settingOf(request: JsonObject, name: string): unknown {
  return fieldOf(request, name) ?? fieldOf(asObject(fieldOf(request, 'embedContentConfig')), name);
}
