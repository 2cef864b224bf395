import { create, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { JsonNumber } from './exact-json.ts';
import { fieldOptionsOf, isWritten } from './field-options.ts';
import { readScalar } from './read-scalar.ts';

/** What a caller wrote, as a message. */
export interface ReadInput {
  readonly message: Message;
  /** The fields that were given, by their names in the description. */
  readonly fields: readonly string[];
  /** Names in the description to the other names the caller used. */
  readonly writtenAs: ReadonlyMap<string, string>;
}

/** More of what a caller made up is not repeated to them. */
const SHOWN_CHARS_MAX = 64;

/**
 * A document as a message of the description. Reads generously: fields under their other names, numbers written as text,
 * `null` for what is left out. Refuses what nobody could act upon: unknown fields, fields that callers do not write, values
 * of another type. A `Fault` names the field by its path (`prices[0].unit`). Bounds and formats are checked later.
 *
 * @param without Fields that come from elsewhere, such as from the path.
 */
export function readInput(schema: DescMessage, document: JsonObject, without: readonly string[] = []): ReadInput {
  const fields: string[] = [];
  const writtenAs = new Map<string, string>();
  const message = readMessage(schema, document, {
    path: '',
    without,
    onField(field, name) {
      fields.push(field.name);
      if (field.name !== name) writtenAs.set(field.name, name);
    },
  });
  return { message, fields, writtenAs };
}

interface Place {
  /** Of the message, with a dot at its end; empty for the outermost one. */
  readonly path: string;
  readonly without: readonly string[];
  readonly onField: (field: DescField, name: string) => void;
}

function readMessage(schema: DescMessage, document: JsonObject, { path, without, onField }: Place): Message {
  const writable = schema.fields.filter((field) => isWritten(field) && !without.includes(field.name));
  const values: Record<string, unknown> = {};
  const names = new Map<DescField, string>();
  for (const [name, value] of Object.entries(document)) {
    const field = writable.find((each) => each.name === name || fieldOptionsOf(each).also.includes(name));
    if (field === undefined) throw unknownField(schema, writable, name, path);
    const other = names.get(field);
    if (other !== undefined) {
      throw new Fault(
        invalid(`'${path}${other}' and '${path}${name}' are the same field: give one.`, `${path}${name}`),
      );
    }
    names.set(field, name);
    onField(field, name);
    if (value !== null) values[field.localName] = readValue(field, value, `${path}${name}`);
  }
  return create(schema, values);
}

function readValue(field: DescField, value: unknown, path: string): unknown {
  switch (field.fieldKind) {
    case 'message':
      return readBelow(field.message, value, path);
    case 'list':
      if (!Array.isArray(value)) throw wrongType(path, 'a list');
      return value.map((item, index) =>
        field.listKind === 'message'
          ? readBelow(field.message, item, `${path}[${index}]`)
          : readScalar(field, item, `${path}[${index}]`),
      );
    case 'map':
      if (!isObject(value)) throw wrongType(path, 'an object of texts');
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, readText(item, `${path}.${key.slice(0, SHOWN_CHARS_MAX)}`)]),
      );
    default:
      return readScalar(field, value, path);
  }
}

function readBelow(schema: DescMessage, value: unknown, path: string): Message {
  if (!isObject(value)) throw wrongType(path, `an object with ${namesOf(schema.fields.filter(isWritten))}`);
  return readMessage(schema, value, { path: `${path}.`, without: [], onField: () => {} });
}

function isObject(value: unknown): value is JsonObject {
  return isJsonObject(value) && !(value instanceof JsonNumber);
}

function readText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongType(path, 'a text');
  return value;
}

function wrongType(path: string, expected: string): Fault {
  return new Fault(invalid(`'${path}' must be ${expected}.`, path));
}

function unknownField(schema: DescMessage, writable: readonly DescField[], given: string, path: string): Fault {
  const name = given.slice(0, SHOWN_CHARS_MAX);
  const param = `${path}${name}`;
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (snake !== name && writable.some((field) => field.name === snake)) {
    return new Fault(invalid(`Unknown field '${param}': write it '${snake}'.`, param));
  }
  const known = schema.fields.find((field) => field.name === name);
  if (known !== undefined && isShown(known)) {
    return new Fault(invalid(`'${param}' is set by the gateway: leave it out.`, param));
  }
  const expected = writable.length === 0 ? 'no fields' : namesOf(writable);
  return new Fault(invalid(`Unknown field '${param}': expected ${expected}.`, param));
}

function isShown(field: DescField): boolean {
  const { visibility } = fieldOptionsOf(field);
  return visibility === Visibility.KEPT || visibility === Visibility.COMPUTED;
}

function namesOf(fields: readonly DescField[]): string {
  return fields.map(({ name }) => name).join(', ');
}
