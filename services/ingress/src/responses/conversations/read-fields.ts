import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';

/** As OpenAI bounds the items of one request, and the metadata of a thing. */
const ITEMS_MAX = 20;
const METADATA_MAX = 16;
const NAME_MAX_CHARACTERS = 64;
const VALUE_MAX_CHARACTERS = 512;

/** The items that a body brings; none where it names none. Throws a `Fault` that names the field. */
export function itemsIn({ items }: JsonObject): readonly JsonObject[] {
  if (items === undefined || items === null) return [];
  if (!Array.isArray(items)) throw new Fault(invalid("Invalid type for 'items': expected an array.", 'items'));
  if (items.length > ITEMS_MAX) throw new Fault(invalid(`'items' has at most ${ITEMS_MAX} items.`, 'items'));
  return items.map((item: unknown, at) => {
    if (isJsonObject(item)) return item;
    throw new Fault(invalid(`Invalid type for 'items[${at}]': expected an object.`, `items[${at}]`));
  });
}

/** The metadata that a body gives; none where it names none. Throws a `Fault` that names the field. */
export function metadataIn({ metadata }: JsonObject): JsonObject {
  if (metadata === undefined || metadata === null) return {};
  const entries = Object.entries(asObject(metadata) ?? { '': null });
  const isText = ([name, value]: readonly [string, unknown]): boolean =>
    typeof value === 'string' && name.length <= NAME_MAX_CHARACTERS && value.length <= VALUE_MAX_CHARACTERS;
  if (entries.length <= METADATA_MAX && entries.every(isText)) return Object.fromEntries(entries);
  const words = `'metadata' is an object of at most ${METADATA_MAX} texts: names of ${NAME_MAX_CHARACTERS} characters, values of ${VALUE_MAX_CHARACTERS}.`;
  throw new Fault(invalid(words, 'metadata'));
}
