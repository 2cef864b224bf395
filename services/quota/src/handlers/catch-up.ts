import type { Journal } from '#journal/journal.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import type { FollowedBooks } from '../memory/follow-books.ts';
import { unavailable } from './unavailable.ts';

/**
 * Resolves when books and policy know what the log holds by now; false: they did already. Rejects with a `Fault`
 * (`unavailable`) where that takes too long.
 */
export function createCatchUp(parts: {
  readonly journal: Pick<Journal, 'head'>;
  readonly books: Pick<FollowedBooks, 'live' | 'reached'>;
  readonly registry: Pick<FollowedRegistry, 'position' | 'reached'>;
  readonly timeoutMs: number;
}): () => Promise<boolean> {
  const { journal, books, registry, timeoutMs } = parts;
  return async () => {
    const head = await journal.head();
    if (books.live.position() >= head && registry.position() >= head) return false;
    const { promise, resolve } = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => resolve('late'), timeoutMs);
    const outcome = await Promise.race([Promise.all([books.reached(head), registry.reached(head)]), promise]);
    clearTimeout(timer);
    if (outcome === 'late') throw unavailable('The gateway has fallen behind its log.');
    return true;
  };
}
