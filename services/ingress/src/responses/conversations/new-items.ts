import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { writeJson } from '#ai/json/write-json.ts';
import { newId } from '#kernel/ids.ts';
import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ConversationItem } from './conversation-store.ts';

/** What ids of items begin with, by their types. */
const prefixes: ReadonlyMap<unknown, string> = new Map([
  [undefined, 'msg'],
  ['message', 'msg'],
  ['reasoning', 'rs'],
  ['function_call', 'fc'],
  ['function_call_output', 'fco'],
  ['custom_tool_call', 'ctc'],
  ['custom_tool_call_output', 'ctco'],
  ['compaction', 'cmp'],
]);

/**
 * Ids that are kept as they are. Others the database would refuse (a NUL), or give back changed (half a surrogate pair), and the item
 * could not be opened any more.
 */
const ITEM_ID = /^[\w.:-]{1,256}$/;

export function newConversationId(): string {
  return `conv_${plainId()}`;
}

/** An item that a client sends, under an id of its own. */
export function sentItem(json: string): ConversationItem {
  const type = asObject(parseObjectKeptDigits(json))?.['type'];
  return { id: `${prefixes.get(type) ?? 'item'}_${plainId()}`, json, model: '' };
}

/** The items of an answer, under the ids that its client got where they can be kept. */
export function answeredItems(response: JsonObject): readonly ConversationItem[] {
  const model = String(response['model'] ?? '');
  return asArray(response['output']).flatMap((value) => {
    const item = asObject(value);
    if (item === null) return [];
    const json = writeJson(item);
    const { id } = item;
    return [{ id: typeof id === 'string' && ITEM_ID.test(id) ? id : sentItem(json).id, json, model }];
  });
}

function plainId(): string {
  return newId().replaceAll('-', '');
}
