/** A number of a JSON text, digit by digit as it was written. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

/**
 * A JSON text as values, its numbers as `JsonNumber`s: as a float, 0.1 is another amount, and a long number loses its last
 * digits. Throws a `SyntaxError` for what is not JSON.
 */
export function parseExactly(text: string): unknown {
  const keepDigits: Reviver = (_key, value, { source }) => (typeof value === 'number' ? new JsonNumber(source) : value);
  // TypeScript does not know yet that a reviver is told the source of a number.
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown);
}
