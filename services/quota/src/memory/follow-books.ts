import { type Followable, type Following, follow } from '#journal/following.ts';
import type { Hold } from '../domain/account/hold.ts';
import { type BooksSnapshot, createLiveBooks, type LiveBooks } from './live-books.ts';

/** Told of each change of a hold: undefined before: placed; undefined after: over. */
export type HoldWatcher = (before: Hold | undefined, after: Hold | undefined) => void;

/** The books, folded as the log goes on. Nothing is decided, appended or written by them alone. */
export interface FollowedBooks extends Following {
  readonly live: LiveBooks;
  /** From now on every change of a hold is told. One watcher at most: a second leader of the same books is a fault. */
  watch(watcher: HoldWatcher): void;
}

/** Follows the log from where a snapshot of the books stands. */
export function followBooks(journal: Followable, snapshot: BooksSnapshot): FollowedBooks {
  let watcher: HoldWatcher | undefined;
  const live = createLiveBooks(snapshot, (before, after) => watcher?.(before, after));
  const following = follow(journal, { name: 'quota.live', afterPosition: live.position(), fold: live.take });
  return {
    ...following,
    live,
    watch(next) {
      if (watcher !== undefined) throw new Error('the books are led already');
      watcher = next;
    },
  };
}
