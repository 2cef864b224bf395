import { unavailable } from './append-queue.ts';
import type { BatchFate } from './batch-fate.ts';
import type { SerializedAppend, Settlement } from './serialized-append.ts';

/** The unanswered appends of the batch under way. Each is answered once. */
export interface Unanswered {
  /** The next batch is under way. */
  begin(batch: readonly SerializedAppend[]): BatchFate;
  of(batch: readonly SerializedAppend[]): readonly SerializedAppend[];
  /** Answers an append, unless it was answered before. */
  settle(settlement: Settlement): void;
  /** Those of them that are part of a commit just made, for the caller to answer. */
  take(batch: readonly SerializedAppend[]): readonly SerializedAppend[];
  /** Refuses all of them. The batch goes on, since the database may have taken it. */
  giveUp(reason: string): void;
}

const UNKNOWN = 'The log does not answer: whether this is written is not known yet.';

export function createUnanswered(onSettled: (settlement: Settlement) => void): Unanswered {
  const open = new Map<number, SerializedAppend>();
  let fate: BatchFate = { isGivenUp: false, mayBeWritten: false };

  const of = (batch: readonly SerializedAppend[]): readonly SerializedAppend[] =>
    batch.filter((append) => open.has(append.id));

  return {
    begin(batch) {
      for (const append of batch) open.set(append.id, append);
      fate = { isGivenUp: false, mayBeWritten: false };
      return fate;
    },
    of,
    settle(settlement) {
      if (open.delete(settlement.id)) onSettled(settlement);
    },
    take(batch) {
      const taken = of(batch);
      for (const append of taken) open.delete(append.id);
      return taken;
    },
    giveUp(reason) {
      fate.isGivenUp = true;
      const refusal = unavailable(fate.mayBeWritten ? UNKNOWN : reason);
      for (const id of open.keys()) onSettled({ id, refusal });
      open.clear();
    },
  };
}
