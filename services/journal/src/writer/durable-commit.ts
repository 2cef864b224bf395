import { setTimeout as delay } from 'node:timers/promises';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import { insertBatch, probeWrite, readHead } from '../adapters/event-store.ts';
import type { BatchFate } from './batch-fate.ts';
import { classifyCommitError, isRolledBack } from './commit-error.ts';
import { type LogConnection, pauseMsAfter } from './log-connection.ts';
import type { WriterLog } from './writer-log.ts';

/**
 * `refused`: PostgreSQL would not take the rows. `fenced`: another process writes the log. `given-up`: nobody waits for
 * the rows any more, and the log can be written again. In all three cases nothing is written.
 */
export type CommitOutcome = 'committed' | 'refused' | 'given-up' | { readonly fencedBy: Error };

/**
 * Makes rows durable that follow `head`, however often the connection breaks or the database fails meanwhile. If a
 * commit's fate is unknown, the log's head decides. Still at `head`: it did not happen, and is repeated. At the last
 * row with the same chain: it happened. Anywhere else: the log has another writer.
 *
 * A batch that was given up is repeated only if it may still be on its way. An old connection may bring it at any
 * moment, and later rows must not get the same numbers.
 */
export async function commitDurably(
  connection: LogConnection,
  head: StoredHead,
  rows: readonly StoredEvent[],
  { fate, log }: { readonly fate: BatchFate; readonly log: WriterLog },
): Promise<CommitOutcome> {
  let isUncertain = false;
  for (let failures = 0; ; failures += 1) {
    const isFirstTry = failures === 0;
    let isSent = false;
    try {
      // The first repetition is at once: mostly a connection broke, and the next one works.
      if (failures > 1) await delay(pauseMsAfter(failures - 1));
      const database = await connection.get();
      if (!isFirstTry) {
        const verdict = verdictOf(await readHead(database, rows[0]?.part ?? 0), head, rows);
        if (verdict !== 'not-written') return verdict;
      }
      if (fate.isGivenUp && !isUncertain) {
        await probeWrite(database);
        return 'given-up';
      }
      isSent = true;
      fate.mayBeWritten = true;
      await insertBatch(database, head, rows);
      return 'committed';
    } catch (error) {
      if (connection.isClosed()) throw error;
      const kind = classifyCommitError(error);
      if (kind === 'refused') return 'refused';
      if (kind === 'fenced' && isFirstTry) return { fencedBy: error as Error };
      log('warn', { err: error, failures }, 'a commit broke off; asking the log whether it happened');
      isUncertain ||= isSent && !isRolledBack(error);
      fate.mayBeWritten = isUncertain;
      if (kind === 'unknown') connection.discard();
    }
  }
}

function verdictOf(actual: StoredHead, head: StoredHead, rows: readonly StoredEvent[]): CommitOutcome | 'not-written' {
  const last = rows.at(-1);
  if (actual.epoch !== head.epoch) return { fencedBy: new Error(`epoch ${actual.epoch} of the log has begun`) };
  if (actual.position === head.position) return 'not-written';
  if (last !== undefined && actual.position === last.position && actual.chain.equals(last.chain)) return 'committed';
  return { fencedBy: new Error(`the log is at ${actual.position} with another history`) };
}
