/**
 * Streams whose version is remembered: twice as many as requests can be under way, some 4 MB. One that was forgotten
 * costs a look-up in the index.
 */
export const REMEMBERED_MAX_STREAMS = 20_000;

/**
 * What the writer remembers of streams' versions, so that an append need not ask the database. Forgets what was asked for or
 * set longest ago: what a batch has just found here stays while the rest of it is learned.
 */
export interface StreamVersions {
  get(stream: string): number | undefined;
  set(stream: string, version: number): void;
}

export function createStreamVersions(): StreamVersions {
  const versions = new Map<string, number>();

  function makeNewest(stream: string, version: number): void {
    versions.delete(stream);
    versions.set(stream, version);
  }

  return {
    get(stream) {
      const version = versions.get(stream);
      if (version !== undefined) makeNewest(stream, version);
      return version;
    },
    set(stream, version) {
      makeNewest(stream, version);
      if (versions.size <= REMEMBERED_MAX_STREAMS) return;
      const oldest = versions.keys().next();
      if (!oldest.done) versions.delete(oldest.value);
    },
  };
}
