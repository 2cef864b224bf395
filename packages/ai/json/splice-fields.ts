import type { JsonObject } from '#kernel/json.ts';
import { closingQuote } from './measure-json.ts';

/** What becomes of a field of an object. */
export type FieldChange =
  /** Its value, as JSON. A field that is not there is put in. */
  | { readonly kind: 'put'; readonly json: string }
  | { readonly kind: 'remove' }
  /** It keeps its value. */
  | { readonly kind: 'rename'; readonly name: string };

/** A field of the outermost object, by indices in the text. */
interface Field {
  readonly name: string;
  /** With the white space before it. */
  readonly start: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  /** With the white space behind the value. */
  readonly end: number;
}

/**
 * Changes fields of the outermost object in JSON bytes. Everything else stays as it is, byte for byte. `parsed` is what the
 * bytes say. A field that stands there twice is changed in both places. Returns the very same bytes where nothing changes.
 */
export function spliceFields(body: Buffer, parsed: JsonObject, changes: ReadonlyMap<string, FieldChange>): Buffer {
  const added: string[] = [];
  let changesPresent = false;
  for (const [name, change] of changes) {
    if (Object.hasOwn(parsed, name)) changesPresent = true;
    else if (change.kind === 'put') added.push(`${JSON.stringify(name)}:${change.json}`);
  }
  const inserted = added.join(',');
  // One byte is one character, so that an index in the text is one in the bytes.
  if (changesPresent) return rewritten(body, fieldsOf(body.toString('latin1')), changes, inserted);
  return added.length === 0 ? body : withInserted(body, Object.keys(parsed).length > 0, inserted);
}

/** Writes fields in after the first brace. */
function withInserted(body: Buffer, hasOthers: boolean, inserted: string): Buffer {
  const start = body.indexOf('{') + 1;
  return Buffer.concat([
    body.subarray(0, start),
    Buffer.from(hasOthers ? `${inserted},` : inserted),
    body.subarray(start),
  ]);
}

function rewritten(
  body: Buffer,
  fields: readonly Field[],
  changes: ReadonlyMap<string, FieldChange>,
  inserted: string,
): Buffer {
  const pieces: Buffer[] = [body.subarray(0, body.indexOf('{') + 1), Buffer.from(inserted)];
  let hasAny = inserted !== '';
  const end = fields.at(-1)?.end ?? 0;
  for (const field of fields) {
    const change = changes.get(field.name);
    if (change?.kind === 'remove') continue;
    if (hasAny) pieces.push(comma);
    hasAny = true;
    if (change === undefined) {
      pieces.push(body.subarray(field.start, field.end));
    } else if (change.kind === 'put') {
      pieces.push(body.subarray(field.start, field.valueStart), Buffer.from(change.json));
    } else {
      pieces.push(Buffer.from(JSON.stringify(change.name)), body.subarray(field.nameEnd, field.end));
    }
  }
  pieces.push(body.subarray(end));
  return Buffer.concat(pieces);
}

const comma = Buffer.from(',');

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The fields of the outermost object of valid JSON. Strings are skipped by searching for their closing quote. */
function fieldsOf(text: string): Field[] {
  const fields: Field[] = [];
  let depth = 0;
  let start = text.indexOf('{') + 1;
  let name = '';
  let nameEnd = 0;
  let valueStart = 0;
  for (let at = start - 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = closingQuote(text, at);
      if (depth === 1 && valueStart === 0) {
        name = nameOf(text, at, end);
        nameEnd = end + 1;
      }
      at = end;
    } else if (code === COLON && depth === 1) {
      valueStart = at + 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth++;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET || (code === COMMA && depth === 1)) {
      if (code !== COMMA) depth--;
      const isFieldOver = code === COMMA || depth === 0;
      if (isFieldOver && valueStart > 0) fields.push({ name, start, nameEnd, valueStart, end: at });
      if (isFieldOver) [start, valueStart] = [at + 1, 0];
      if (depth === 0) break;
    }
  }
  return fields;
}

/** The name between two quotes, with its escapes read. */
function nameOf(text: string, open: number, close: number): string {
  const raw = Buffer.from(text.slice(open, close + 1), 'latin1').toString();
  return raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1);
}
