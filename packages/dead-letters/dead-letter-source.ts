import { streams } from '#contracts/streams.ts';
import type { DeadLetter } from './dead-letter.ts';

/** Which dead letters of a consumer are meant. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'request'; readonly requestId: string };

/** What came of trying one again: `isSettled` where it is a dead letter no longer; else the letter says why not. */
export interface RetryOutcome {
  readonly letter: DeadLetter;
  readonly isSettled: boolean;
}

/** The dead letters of one consumer. */
export interface DeadLetterSource {
  /** Unique among all consumers of the log. */
  readonly consumer: string;
  /** The next ones after a position, in the log's order. */
  list(afterPosition: number, limit: number): Promise<readonly DeadLetter[]>;
  /**
   * Tries the selected ones now, in the log's order, until the signal aborts. Throws a `Fault` (`unavailable`) where what
   * they need is away altogether.
   */
  retry(selection: Selection, signal: AbortSignal): AsyncIterable<RetryOutcome>;
}

export function isSelected(letter: DeadLetter, selection: Selection): boolean {
  switch (selection.kind) {
    case 'all':
      return true;
    case 'position':
      return letter.position === selection.position;
    case 'request':
      return [streams.request(selection.requestId), streams.shadow(selection.requestId)].includes(letter.stream);
  }
}

/** The dead letters of a consumer that keeps them in memory, where they are few or a restart finds them by itself. */
export function deadLettersInMemory(options: {
  readonly consumer: string;
  /** As they are now, in the log's order. */
  readonly letters: () => readonly DeadLetter[];
  /** The same letter as it is now; undefined where it is one no longer. */
  readonly current: (letter: DeadLetter) => DeadLetter | undefined;
  /** Resolves after a try that began after the call; never rejects for the letter's own failure. */
  readonly tryNow: (letter: DeadLetter, signal: AbortSignal) => Promise<void>;
}): DeadLetterSource {
  const { consumer, letters, current, tryNow } = options;
  return {
    consumer,
    list: async (afterPosition, limit) =>
      letters()
        .filter((letter) => letter.position > afterPosition)
        .slice(0, limit),
    async *retry(selection, signal) {
      for (const letter of letters().filter((each) => isSelected(each, selection))) {
        if (signal.aborted) return;
        await tryNow(letter, signal);
        const still = current(letter);
        yield { letter: still ?? letter, isSettled: still === undefined };
      }
    },
  };
}
