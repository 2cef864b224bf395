/**
 * Streams whose version is remembered, at most: twice as many as requests can be under way, some 4 MB. One that was
 * forgotten costs a look-up in the index.
 */
export const REMEMBERED_MAX_STREAMS = 20_000;

/**
 * What the writer remembers of streams' versions, so that an append need not ask the database. What was asked for or set
 * lately stays, half of what is remembered at the least: so what a batch has just found here stays while the rest of it is
 * learned.
 */
export interface StreamVersions {
  get(stream: string): number | undefined;
  set(stream: string, version: number): void;
}

/** In two generations, the older of which is forgotten as a whole: nothing is moved within a table to keep its order. */
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
