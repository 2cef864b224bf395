import { streams } from '#contracts/streams.ts';
import type { StoredHead } from '#journal/stored-event.ts';
import type { Clock } from '#kernel/clock.ts';
import { readLastRecordedAtMs, takeOffice } from '../adapters/event-store.ts';
import type { JournalConfig } from '../config.ts';
import { createAppendQueue, unavailable } from './append-queue.ts';
import { classifyCommitError } from './commit-error.ts';
import { commitDurably } from './durable-commit.ts';
import { createLogConnection } from './log-connection.ts';
import { type NumberedBatch, numberBatch, type PlacedAppend } from './number-batch.ts';
import { createOutage } from './outage.ts';
import type { SerializedAppend, Settlement } from './serialized-append.ts';
import { learnVersions, settleMismatches } from './settle-mismatches.ts';
import { createStreamVersions } from './stream-versions.ts';
import type { WriterLog } from './writer-log.ts';

/** What became durable together. */
export interface Commit {
  /** The log's head after it. */
  readonly head: StoredHead;
  readonly recordedAtMs: number;
  /** In log order. */
  readonly accepted: readonly PlacedAppend[];
}

export interface WriterDependencies {
  readonly config: JournalConfig;
  readonly connectionString: string;
  readonly part: number;
  readonly log: WriterLog;
  readonly clock: Clock;
  readonly onCommit: (commit: Commit) => void;
  readonly onSettled: (settlement: Settlement) => void;
  /** Another writer has taken over. This process must stop: what it holds in memory is no longer the truth. */
  readonly onFenced: (error: Error) => void;
}

export interface Writer {
  /** Each append is answered once, by `onCommit` or by `onSettled`. */
  append(append: SerializedAppend): void;
  head(): StoredHead;
  /** Writes what waits, then closes the connection. */
  close(): Promise<void>;
}

const DATABASE_AWAY = 'The log database cannot be written now.';
const SUCCEEDED = 'Another writer has taken over the log.';
const STOPPING = 'The gateway is stopping.';

/**
 * Starts a new term as the partition's only writer. Appends that arrive during a commit share the next one: the commit
 * in flight is the batching window, there is no timer.
 */
export async function startWriter(dependencies: WriterDependencies): Promise<Writer> {
  const { config, connectionString, part, log, clock, onSettled } = dependencies;
  const queue = createAppendQueue(config);
  const versions = createStreamVersions();
  const outage = createOutage({
    graceMs: config.reconnectGraceMs,
    onAway: () => refuse(queue.close(DATABASE_AWAY), DATABASE_AWAY),
    onBack: () => queue.reopen(DATABASE_AWAY),
  });
  const connection = createLogConnection({ connectionString, log, outage });
  const database = await connection.get();
  let head = await takeOffice(database, part);
  let lastRecordedAtMs = await readLastRecordedAtMs(database, part);
  let draining: Promise<void> | undefined;
  log('info', { epoch: head.epoch, position: head.position }, 'the log is open');

  function refuse(appends: readonly SerializedAppend[], reason: string): void {
    for (const { id } of appends) onSettled({ id, refusal: unavailable(reason) });
  }

  async function drain(): Promise<void> {
    while (!queue.isEmpty()) await commit(queue.takeBatch());
    draining = undefined;
  }

  /** Whatever happens, each append of the batch is answered once. */
  async function commit(batch: readonly SerializedAppend[]): Promise<void> {
    let unanswered = batch;
    try {
      await learnUnknownVersions(batch);
      lastRecordedAtMs = Math.max(lastRecordedAtMs, clock());
      const numbered = numberBatch(batch, head, part, lastRecordedAtMs, (stream) => versions.get(stream) ?? 0);
      if (numbered.superseded.length > 0) unanswered = refuseSuperseded(batch, numbered.superseded);
      if (numbered.rows.length > 0) {
        const outcome = await commitDurably(connection, head, numbered.rows, { outage, log });
        if (outcome === 'refused' && unanswered.length > 1) return commitApart(unanswered);
        if (outcome === 'committed') {
          unanswered = numbered.mismatched;
          announce(numbered);
          unanswered = await commitFollowers(numbered);
        } else if (outcome !== 'refused') return giveWay(outcome.fencedBy, unanswered);
      }
      for (const settlement of await settleMismatches(unanswered, connection, versions)) {
        if ('refusal' in settlement) log('error', { refusal: settlement.refusal }, 'the log refused an append');
        onSettled(settlement);
      }
    } catch (error) {
      log('error', { err: error }, 'a batch could not be committed');
      // It may hang in a look-up: whoever asks next is not to wait behind it.
      if (classifyCommitError(error) === 'unknown') connection.discard();
      refuse(unanswered, 'The log failed to write.');
    }
  }

  /**
   * A stream that shall not exist yet needs no question, since the index on its versions answers; nor does one that an
   * earlier append of the batch begins.
   */
  async function learnUnknownVersions(batch: readonly SerializedAppend[]): Promise<void> {
    const begun = new Set<string>();
    const unknown: string[] = [];
    for (const { stream, expectedVersion, term } of batch) {
      const termStream = term === undefined ? undefined : streams.term(term.service);
      if (termStream !== undefined && versions.get(termStream) === undefined) unknown.push(termStream);
      if (expectedVersion > 0 && !begun.has(stream) && versions.get(stream) === undefined) unknown.push(stream);
      begun.add(stream);
    }
    if (unknown.length > 0) await learnVersions(unknown, connection, versions);
  }

  /**
   * Even a repeat of what an earlier term wrote is refused: whoever asks must stop, and its successor knows the answer.
   * Gives the rest of the batch.
   */
  function refuseSuperseded(
    batch: readonly SerializedAppend[],
    superseded: readonly SerializedAppend[],
  ): readonly SerializedAppend[] {
    for (const { id, term } of superseded) {
      const message = `Another process leads ${term?.service} since: its term ${term?.epoch} is over.`;
      log('warn', { term }, 'an append of an ended term was refused');
      onSettled({ id, refusal: { code: 'superseded', message } });
    }
    const refused = new Set(superseded);
    return batch.filter((append) => !refused.has(append));
  }

  /**
   * An append may have come just before the one it follows, as a usage that went another way than its admission: the batch
   * itself has brought its stream to where it wants it. Gives the other mismatches.
   */
  async function commitFollowers({ mismatched, versions: after }: NumberedBatch): Promise<readonly SerializedAppend[]> {
    const isFollower = ({ stream, expectedVersion }: SerializedAppend): boolean =>
      after.get(stream) === expectedVersion;
    for (const append of mismatched) if (isFollower(append)) await commit([append]);
    return mismatched.filter((append) => !isFollower(append));
  }

  /** One append was refused and took the others with it: each alone shows which, and lets the rest in. */
  async function commitApart(batch: readonly SerializedAppend[]): Promise<void> {
    for (const append of batch) await commit([append]);
  }

  function giveWay(error: Error, batch: readonly SerializedAppend[]): void {
    // First of all: nobody is to act on what is held in memory any more.
    dependencies.onFenced(error);
    refuse([...batch, ...queue.close(SUCCEEDED)], SUCCEEDED);
  }

  function announce({ rows, accepted, versions: after }: NumberedBatch): void {
    const last = rows.at(-1);
    if (last === undefined) return;
    head = { epoch: head.epoch, position: last.position, chain: last.chain };
    for (const [stream, version] of after) versions.set(stream, version);
    dependencies.onCommit({ head, recordedAtMs: last.recordedAtMs, accepted });
  }

  return {
    append(append) {
      const refusal = queue.add(append);
      if (refusal !== undefined) {
        onSettled({ id: append.id, refusal });
        return;
      }
      // After what runs now, so that appends that come together share a commit.
      draining ??= Promise.resolve().then(drain);
    },
    head: () => head,
    async close() {
      // What waits is still written: only new appends are refused.
      await draining;
      refuse(queue.close(STOPPING), STOPPING);
      await draining;
      await connection.close();
    },
  };
}
