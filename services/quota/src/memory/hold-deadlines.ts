/**
 * When each open hold's time is over. Kept by the second: taking a hold out costs one look-up, and memory goes with the
 * holds that are open, not with the requests of the last minutes as it would in a heap that forgets nothing.
 */
export interface HoldDeadlines {
  add(requestId: string, expiresAtMs: number): void;
  remove(requestId: string, expiresAtMs: number): void;
  /** The holds whose time is over, taken out. Up to a second late. */
  takeDue(nowMs: number): string[];
}

const BUCKET_MS = 1_000;

export function createHoldDeadlines(): HoldDeadlines {
  const buckets = new Map<number, Set<string>>();
  return {
    add(requestId, expiresAtMs) {
      const key = bucketOf(expiresAtMs);
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, new Set([requestId]));
      else bucket.add(requestId);
    },
    remove(requestId, expiresAtMs) {
      const key = bucketOf(expiresAtMs);
      const bucket = buckets.get(key);
      if (bucket?.delete(requestId) && bucket.size === 0) buckets.delete(key);
    },
    takeDue(nowMs) {
      const due: string[] = [];
      for (const [key, bucket] of buckets) {
        if ((key + 1) * BUCKET_MS > nowMs) continue;
        for (const requestId of bucket) due.push(requestId);
        buckets.delete(key);
      }
      return due;
    },
  };
}

function bucketOf(expiresAtMs: number): number {
  return Math.floor(expiresAtMs / BUCKET_MS);
}
