/**
 * How many streams' versions are remembered: twice as many as there can be requests under way, some 4 MB. A forgotten
 * one costs a look-up in the index.
 */
export const REMEMBERED_MAX_STREAMS = 20_000;

/**
 * The streams' versions that the writer remembers, so that an append need not ask the database. At least the newer half
 * stays. The versions of the current batch therefore stay while the rest of the batch is looked up.
 */
export interface StreamVersions {
  get(stream: string): number | undefined;
  set(stream: string, version: number): void;
}

/** Two generations. The older one is forgotten as a whole, so that nothing has to be moved to keep an order. */
export function createStreamVersions(): StreamVersions {
  let young = new Map<string, number>();
  let old = new Map<string, number>();

  function set(stream: string, version: number): void {
    if (young.size >= REMEMBERED_MAX_STREAMS / 2 && !young.has(stream)) {
      old = young;
      young = new Map();
    }
    young.set(stream, version);
  }

  return {
    set,
    get(stream) {
      const known = young.get(stream);
      if (known !== undefined) return known;
      const version = old.get(stream);
      if (version !== undefined) set(stream, version);
      return version;
    },
  };
}
