import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterSource, Selection } from './dead-letter-source.ts';

export interface DeadLettersPage {
  /** By consumer and position. */
  readonly letters: readonly DeadLetter[];
  /** Whose dead letters these are, those with nothing stuck as well. */
  readonly consumers: readonly string[];
}

export interface RetrySummary {
  readonly succeededCount: number;
  readonly stuckCount: number;
}

/** The dead letters of all consumers of one process, as administration asks for them. */
export interface DeadLettersPort {
  /** The first ones. Rejects with a `Fault`, `unavailable`, where the process cannot be asked. */
  list(limit: number): Promise<DeadLettersPage>;
  /** Tries the selected ones of a consumer now, of all for an empty name, within the time. Nothing is done twice. */
  retry(consumer: string, selection: Selection, timeoutMs: number): Promise<RetrySummary>;
}

/** Those of this process. */
export function deadLettersHere(sources: readonly DeadLetterSource[]): DeadLettersPort {
  const ordered = sources.toSorted((a, b) => (a.consumer < b.consumer ? -1 : 1));
  return {
    async list(limit) {
      const letters: DeadLetter[] = [];
      for (const source of ordered) {
        if (letters.length < limit) letters.push(...(await source.list(0, limit - letters.length)));
      }
      return { letters, consumers: ordered.map(({ consumer }) => consumer) };
    },
    async retry(consumer, selection, timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs);
      const counts = { succeededCount: 0, stuckCount: 0 };
      for (const source of ordered.filter((each) => consumer === '' || each.consumer === consumer)) {
        for await (const { isSettled } of source.retry(selection, signal)) {
          counts[isSettled ? 'succeededCount' : 'stuckCount']++;
        }
      }
      return counts;
    },
  };
}
