import { parseObject } from '#kernel/json.ts';

export interface CacheControl {
  readonly type: 'ephemeral';
  readonly ttl?: string;
}

const lifetimes: ReadonlyMap<unknown, string> = new Map([
  ['5m', '5m'],
  ['30m', '5m'],
  ['1h', '1h'],
  ['12h', '1h'],
]);

/** A mark of any format as `cache_control`. A lifetime that Anthropic has not becomes the nearest shorter one. */
export function encodeCacheMark(mark: string | undefined): CacheControl | undefined {
  if (mark === undefined) return undefined;
  const ttl = lifetimes.get(parseObject(mark)?.['ttl']);
  return { type: 'ephemeral', ...(ttl !== undefined && { ttl }) };
}
