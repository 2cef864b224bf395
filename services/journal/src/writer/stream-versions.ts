/**
 * Streams whose version is remembered: twice as many as requests can be under way, some 4 MB. One that was forgotten
 * costs a look-up in the index.
 */
const REMEMBERED_MAX_STREAMS = 20_000;

/** What the writer remembers of streams' versions, so that an append need not ask the database. Forgets the oldest. */
export interface StreamVersions {
  get(stream: string): number | undefined;
  set(stream: string, version: number): void;
}

export function createStreamVersions(): StreamVersions {
  const versions = new Map<string, number>();
  return {
    get: (stream) => versions.get(stream),
    set(stream, version) {
      versions.delete(stream);
      versions.set(stream, version);
      if (versions.size <= REMEMBERED_MAX_STREAMS) return;
      const oldest = versions.keys().next();
      if (!oldest.done) versions.delete(oldest.value);
    },
  };
}
