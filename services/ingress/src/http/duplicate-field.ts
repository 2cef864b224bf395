import { closingQuote } from '#ai/json/measure-json.ts';
import type { JsonObject } from '#kernel/json.ts';

/** An error names a field, and does not repeat a name of megabytes. */
const PATH_MAX_CHARACTERS = 200;

/** The fields of all objects in a parsed JSON value. Recurses once a level. */
export function countFields(value: JsonObject | readonly unknown[]): number {
  let fields = 0;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) fields += fieldsIn(value[at]);
    return fields;
  }
  const object = value as JsonObject;
  for (const name in object) fields += 1 + fieldsIn(object[name]);
  return fields;
}

function fieldsIn(value: unknown): number {
  return typeof value === 'object' && value !== null ? countFields(value as JsonObject) : 0;
}

interface Level {
  /** The names so far of an object; null: an array. */
  readonly names: Set<string> | null;
  /** Where in it the text has come to: a name, or the index of an item. */
  at: string | number;
}

/** The path of the first field that its object has twice, such as `messages[0].role`; undefined: none. For valid JSON. */
export function duplicateField(text: string): string | undefined {
  const levels: Level[] = [];
  let level: Level | undefined;
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      isName = character === '{';
      level = isName ? { names: new Set(), at: '' } : { names: null, at: 0 };
      levels.push(level);
    } else if (character === '}' || character === ']') {
      levels.pop();
      level = levels.at(-1);
      isName = false;
    } else if (character === ',' && typeof level?.at === 'number') {
      level.at++;
    } else if (character === ',') {
      isName = true;
    } else if (character === '"') {
      const end = closingQuote(text, at);
      if (isName && level?.names) {
        const name: string = JSON.parse(text.slice(at, end + 1));
        level.at = name;
        if (level.names.has(name)) return pathOf(levels);
        level.names.add(name);
        isName = false;
      }
      at = end;
    }
  }
  return undefined;
}

function pathOf(levels: readonly Level[]): string {
  const path = levels.map(({ at }) => (typeof at === 'number' ? `[${at}]` : `.${at}`)).join('');
  const shown = path.startsWith('.') ? path.slice(1) : path;
  return shown.length > PATH_MAX_CHARACTERS ? `${shown.slice(0, PATH_MAX_CHARACTERS)}…` : shown;
}
