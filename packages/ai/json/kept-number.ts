/**
 * `JSON.rawJSON` and the third argument of a reviver are the language's own, but TypeScript's library does not know them yet.
 * A raw value is printed by `JSON.stringify` as it was read.
 */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): KeptNumber;
  isRawJSON(value: unknown): boolean;
};

/** A number that a double cannot hold, as it was written. `JSON.stringify` prints it with its digits. */
export interface KeptNumber {
  readonly rawJSON: string;
}

/** `text` is one JSON number. */
export function keptNumber(text: string): KeptNumber {
  return rawJSON(text);
}

export function isKeptNumber(value: unknown): value is KeptNumber {
  return isRawJSON(value);
}
