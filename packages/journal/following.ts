import type { Journal, Subscription } from './journal.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** All of the log that may be known to who follows it: nothing can be appended through it. */
export type Followable = Pick<Journal, 'subscribe'>;

/** A fold of the log in memory, kept up to date whether anybody decides by it or not. */
export interface Following extends Subscription {
  readonly name: string;
  /** Resolves with why the fold stands still, the first time it does. The same events are given to it again. */
  readonly stopped: Promise<Error>;
}

/**
 * Folds the log from a position on. A promise that `fold` returns makes the next events wait and never rejects; what it
 * throws stops the fold.
 */
export function follow(
  journal: Followable,
  options: {
    readonly name: string;
    readonly afterPosition: number;
    readonly fold: (events: readonly RecordedEvent[]) => void | Promise<void>;
  },
): Following {
  const { name, afterPosition, fold } = options;
  const stopped = Promise.withResolvers<Error>();
  const subscription = journal.subscribe({
    name,
    afterPosition,
    onEvents(events) {
      try {
        return fold(events);
      } catch (thrown) {
        stopped.resolve(thrown instanceof Error ? thrown : new Error(String(thrown)));
        throw thrown;
      }
    },
  });
  return { ...subscription, name, stopped: stopped.promise };
}
