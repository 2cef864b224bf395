import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { type FieldTree, foldName } from './field-tree.ts';

/** A field in another spelling than its own. */
interface Misspelling {
  /** From the object that was looked into. */
  readonly path: string;
  readonly plain: string;
}

/**
 * Refuses a field that the gateway goes by in another spelling, wherever in a request it reads one. It would be passed
 * over here, while a provider whose parser does not care for case (Go's own does not) would follow it: `Max_Tokens` would
 * outrun the hold, and the `Type` of a part would make a picture of a text.
 */
export function spellingProblem(body: JsonObject, fields: FieldTree): Refusal | undefined {
  const found = misspelling(body, fields);
  if (found === undefined) return undefined;
  const param = found.path.slice(1);
  return invalid(`Unknown parameter: '${param}'. Did you mean '${found.plain}'?`, param);
}

/** The path is put together on the way back from what was found: most requests have nothing to be found. */
function misspelling(object: JsonObject, fields: FieldTree): Misspelling | undefined {
  for (const name in object) {
    const inner = fields.exact.get(name);
    if (inner === null) continue;
    const found = inner === undefined ? otherSpelling(name, fields) : misspellingIn(object[name], inner);
    if (found !== undefined) return inner === undefined ? found : { ...found, path: `.${name}${found.path}` };
  }
  return undefined;
}

function misspellingIn(value: unknown, fields: FieldTree): Misspelling | undefined {
  if (isJsonObject(value)) return misspelling(value, fields);
  if (!Array.isArray(value)) return undefined;
  for (let at = 0; at < value.length; at++) {
    const found = isJsonObject(value[at]) ? misspelling(value[at], fields) : undefined;
    if (found !== undefined) return { ...found, path: `[${at}]${found.path}` };
  }
  return undefined;
}

function otherSpelling(name: string, { folded }: FieldTree): Misspelling | undefined {
  const plain = folded.get(foldName(name));
  return plain === undefined ? undefined : { path: `.${name}`, plain };
}
