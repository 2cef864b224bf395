/** A compact set of seen ids: an audit remembers every id of the log. */
export interface SeenIds {
  /** Whether the id was seen before. Adds the id. */
  meet(id: string): boolean;
  has(id: string): boolean;
}

/**
 * About 60 bytes an id: a UUID is kept as its 16 bytes, and ten million take 600 MB. Exact, because a fingerprint would
 * one day call two ids equal. Spread over several sets, since one set of V8 holds at most 2^24.
 */
export function createSeenIds(): SeenIds {
  const shards = Array.from({ length: SHARDS }, () => new Set<string>());
  const shardOf = (key: string): Set<string> => {
    const shard = shards[key.charCodeAt(key.length - 1) % SHARDS];
    return shard ?? new Set();
  };
  return {
    meet: (id) => {
      const key = compact(id);
      const shard = shardOf(key);
      const size = shard.size;
      return shard.add(key).size === size;
    },
    has: (id) => {
      const key = compact(id);
      return shardOf(key).has(key);
    },
  };
}

const SHARDS = 16;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The bytes of a UUID as a Latin-1 string. Any other id gets a prefix character that no UUID's bytes contain, so that
 * none collide.
 */
function compact(id: string): string {
  return UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('latin1') : `\u0100${id}`;
}
