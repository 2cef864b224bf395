import { encodeCacheMark } from '../anthropic-messages/cache-mark.ts';
import type { Block } from './encode-media.ts';
import type { ModelTraits } from './model-traits.ts';

/** Amazon takes no more of them in a request. */
const CACHE_POINTS_MAX = 4;

/**
 * A mark of any format as a block of its own behind what it marks; none where the model has no cache to be told of, which changes
 * no answer. A lifetime is told to Claude alone: 5 minutes are the default, and only its models from 4.5 on know an hour.
 */
export function cachePoint(mark: string | undefined, { claude, cachePoints }: ModelTraits): readonly Block[] {
  const control = cachePoints === 'none' ? undefined : encodeCacheMark(mark);
  if (control === undefined) return [];
  const ttl = control.ttl === '1h' && claude?.takesOutputFormat === true ? '1h' : undefined;
  return [{ cachePoint: { type: 'default', ttl } }];
}

export function isCachePoint(block: unknown): boolean {
  return typeof block === 'object' && block !== null && 'cachePoint' in block;
}

/**
 * Lists of blocks in the order of the prompt (tools, system, messages) without the points that are too many. The last ones stay:
 * each of them stands for all that is before it. Of two behind each other the last stays.
 */
export function keepLastPoints(lists: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  const single = lists.map((list) => list.filter((block, at) => !(isCachePoint(block) && isCachePoint(list[at + 1]))));
  let tooMany = single.flat().filter(isCachePoint).length - CACHE_POINTS_MAX;
  return single.map((list) =>
    list.filter((block) => {
      if (!isCachePoint(block)) return true;
      tooMany -= 1;
      return tooMany < 0;
    }),
  );
}
