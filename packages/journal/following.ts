import type { EventType } from '#contracts/events.ts';
import type { Journal, Subscription } from './journal.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The part of the log that a follower gets: it cannot append. */
export type Followable = Pick<Journal, 'subscribe'>;

/** A fold of the log in memory, kept up to date whether or not this process decides by it. */
export interface Following extends Subscription {
  readonly name: string;
  /** Resolves with the reason when the fold first stands still. The same events are then given to the fold again. */
  readonly stopped: Promise<Error>;
}

/**
 * Folds the log from a position on. If `fold` returns a promise, the next events wait for it; the promise never
 * rejects. If `fold` throws, the fold stops.
 */
export function follow(
  journal: Followable,
  options: {
    readonly name: string;
    readonly afterPosition: number;
    /** What the fold wants; absent: every event. */
    readonly types?: ReadonlySet<EventType>;
    readonly fold: (events: readonly RecordedEvent[]) => void | Promise<void>;
  },
): Following {
  const { name, afterPosition, types, fold } = options;
  const stopped = Promise.withResolvers<Error>();
  const subscription = journal.subscribe({
    name,
    afterPosition,
    ...(types === undefined ? {} : { types }),
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
