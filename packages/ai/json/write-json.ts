import { isKeptNumber } from './kept-number.ts';

/** JSON text that stands in a document as a value, as it is: a schema, a tool's arguments. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Prints a value as JSON, with `RawJson` and numbers of kept digits as they were written. Like `JSON.stringify` it leaves
 * out fields that are undefined. A `bigint` is printed with its digits.
 */
export function writeJson(value: unknown): string {
  if (typeof value === 'string' || value === null) return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (value instanceof RawJson) return value.text;
  if (isKeptNumber(value)) return value.rawJSON;
  if (Array.isArray(value)) return writeArray(value);
  return writeObject(value as Readonly<Record<string, unknown>>);
}

function writeArray(items: readonly unknown[]): string {
  let text = '[';
  for (let at = 0; at < items.length; at += 1) text += at === 0 ? writeJson(items[at]) : `,${writeJson(items[at])}`;
  return `${text}]`;
}

function writeObject(object: Readonly<Record<string, unknown>>): string {
  let text = '{';
  for (const name in object) {
    const value = object[name];
    if (value === undefined) continue;
    text += `${text.length === 1 ? '' : ','}${JSON.stringify(name)}:${writeJson(value)}`;
  }
  return `${text}}`;
}
