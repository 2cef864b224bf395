/**
 * The fields of one kind of object in a request that the gateway reads: what it admits, prices, checks or translates by.
 * Each has the kind of object that stands in it, alone or in a list; null: nothing, or nothing that is read.
 */
export interface FieldTree {
  readonly exact: ReadonlyMap<string, FieldTree | null>;
  /** The fields by their folded names. */
  readonly folded: ReadonlyMap<string, string>;
}

/**
 * What a parser that does not care for the spelling of names goes by. Go's own takes letters of any case, Unicode's long s
 * and Kelvin sign among them, and dashes and underscores for nothing; protobuf's takes `maxTokens` for `max_tokens`; Java's
 * also takes the two other letters i for one.
 */
export function foldName(name: string): string {
  return name
    .replaceAll(/[_-]/g, '')
    .toLowerCase()
    .replaceAll('\u017f', 's')
    .replaceAll('\u0131', 'i')
    .replaceAll('\u0307', '');
}

/** `unread`: names that are common in such objects and of no concern, so that most requests have no name to be folded. */
export function fieldTree(
  fields: Readonly<Record<string, FieldTree | null>>,
  unread: readonly string[] = [],
): FieldTree {
  return {
    exact: new Map([...Object.entries(fields), ...unread.map((name) => [name, null] as const)]),
    folded: new Map(Object.keys(fields).map((name) => [foldName(name), name])),
  };
}

/** Fields in which nothing is read further. */
export function leaves(...names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}
