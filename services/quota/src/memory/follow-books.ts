import { type Followable, type Following, follow } from '#journal/following.ts';
import { type BooksSnapshot, type BooksWatcher, createLiveBooks, type LiveBooks } from './live-books.ts';

/** The books, folded as the log goes on. Nothing is decided, appended or written by them alone. */
export interface FollowedBooks extends Following {
  readonly live: LiveBooks;
  /** From now on every event that the books take is told. One watcher at most: a second leader of the same books is a fault. */
  watch(watcher: BooksWatcher): void;
}

/** Follows the log from where a snapshot of the books stands. */
export function followBooks(journal: Followable, snapshot: BooksSnapshot): FollowedBooks {
  let watcher: BooksWatcher | undefined;
  const live = createLiveBooks(snapshot, (event, folded) => watcher?.(event, folded));
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
