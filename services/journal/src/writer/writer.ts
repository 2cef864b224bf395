import { streams } from '#contracts/streams.ts';
import type { StoredHead } from '#journal/stored-event.ts';
import type { Clock } from '#kernel/clock.ts';
import { readLastRecordedAtMs, takeOffice } from '../adapters/event-store.ts';
import type { JournalConfig } from '../config.ts';
import { createAppendQueue, unavailable } from './append-queue.ts';
import type { BatchFate } from './batch-fate.ts';
import { classifyCommitError } from './commit-error.ts';
import { commitDurably } from './durable-commit.ts';
import { createLogConnection } from './log-connection.ts';
import { type NumberedBatch, numberBatch, type PlacedAppend } from './number-batch.ts';
import { createOutage } from './outage.ts';
import type { SerializedAppend, Settlement } from './serialized-append.ts';
import { learnVersions, settleMismatches } from './settle-mismatches.ts';
import { createStreamVersions } from './stream-versions.ts';
import { createUnanswered } from './unanswered.ts';
import type { WriterLog } from './writer-log.ts';

/** What became durable together. */
export interface Commit {
  /** The log's head after it. */
  readonly head: StoredHead;
  readonly recordedAtMs: number;
  /** In log order; none where their authors were told before that they are refused. */
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
  /** The log cannot be written, or can be again: for so long appends are refused at once. */
  readonly onAway: (isAway: boolean) => void;
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
  const { config, connectionString, part, log, clock, onSettled, onAway } = dependencies;
  const queue = createAppendQueue(config);
  const unanswered = createUnanswered(onSettled);
  const versions = createStreamVersions();
  let away = Promise.withResolvers<void>();
  const outage = createOutage({
    graceMs: config.reconnectGraceMs,
    onAway() {
      // It may be silent: the next one that stands is asked what became of the commit.
      connection.discard();
      unanswered.giveUp(DATABASE_AWAY);
      refuse(queue.close(DATABASE_AWAY), DATABASE_AWAY);
      away.resolve();
      onAway(true);
    },
    onBack() {
      queue.reopen(DATABASE_AWAY);
      away = Promise.withResolvers();
      onAway(false);
    },
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
    while (!queue.isEmpty()) {
      const batch = queue.takeBatch();
      await commit(batch, unanswered.begin(batch));
    }
    draining = undefined;
  }

  async function commit(batch: readonly SerializedAppend[], fate: BatchFate): Promise<void> {
    if ((await commitTogether(batch, fate)) !== 'refused') return;
    // One append was refused and took the others with it: each alone shows which, and lets the rest in.
    for (const append of unanswered.of(batch)) await commit([append], fate);
  }

  /** Whatever happens, each append of the batch is answered once, unless this returns `refused`. */
  async function commitTogether(batch: readonly SerializedAppend[], fate: BatchFate): Promise<'refused' | undefined> {
    // From its beginning: a database that is silent does not fail.
    using _ = outage.begin();
    try {
      await learnUnknownVersions(batch);
      lastRecordedAtMs = Math.max(lastRecordedAtMs, clock());
      const numbered = numberBatch(batch, head, part, lastRecordedAtMs, (stream) => versions.get(stream) ?? 0);
      refuseSuperseded(numbered.superseded);
      if (numbered.rows.length > 0) {
        const outcome = await commitDurably(connection, head, numbered.rows, { fate, log });
        if (outcome === 'refused' && unanswered.of(batch).length > 1) return 'refused';
        if (outcome === 'committed') {
          announce(numbered);
          await commitFollowers(numbered, fate);
        } else if (typeof outcome === 'object') giveWay(outcome.fencedBy);
      }
      for (const settlement of await settleMismatches(unanswered.of(batch), connection, versions)) {
        if ('refusal' in settlement) log('error', { refusal: settlement.refusal }, 'the log refused an append');
        unanswered.settle(settlement);
      }
    } catch (error) {
      if (!connection.isClosed()) log('error', { err: error }, 'a batch could not be committed');
      // It may hang in a look-up: whoever asks next is not to wait behind it.
      if (classifyCommitError(error) === 'unknown') connection.discard();
      const refusal = unavailable('The log failed to write.');
      for (const { id } of unanswered.of(batch)) unanswered.settle({ id, refusal });
    }
    return undefined;
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

  /** Even a repeat of what an earlier term wrote is refused: whoever asks must stop, and its successor knows the answer. */
  function refuseSuperseded(superseded: readonly SerializedAppend[]): void {
    for (const { id, term } of superseded) {
      const message = `Another process leads ${term?.service} since: its term ${term?.epoch} is over.`;
      log('warn', { term }, 'an append of an ended term was refused');
      unanswered.settle({ id, refusal: { code: 'superseded', message } });
    }
  }

  /**
   * An append may have come just before the one it follows, as a usage that went another way than its admission: the batch
   * itself has brought its stream to where it wants it.
   */
  async function commitFollowers({ mismatched, versions: after }: NumberedBatch, fate: BatchFate): Promise<void> {
    const isFollower = ({ stream, expectedVersion }: SerializedAppend): boolean =>
      after.get(stream) === expectedVersion;
    for (const append of unanswered.of(mismatched)) if (isFollower(append)) await commit([append], fate);
  }

  function giveWay(error: Error): void {
    // First of all: nobody is to act on what is held in memory any more.
    dependencies.onFenced(error);
    unanswered.giveUp(SUCCEEDED);
    refuse(queue.close(SUCCEEDED), SUCCEEDED);
  }

  /** What was given up and is in the log all the same is told nobody: whoever follows the log reads it there. */
  function announce({ rows, accepted, versions: after }: NumberedBatch): void {
    const last = rows.at(-1);
    if (last === undefined) return;
    head = { epoch: head.epoch, position: last.position, chain: last.chain };
    for (const [stream, version] of after) versions.set(stream, version);
    const isAwaited = unanswered.take(accepted.map(({ append }) => append)).length === accepted.length;
    dependencies.onCommit({ head, recordedAtMs: last.recordedAtMs, accepted: isAwaited ? accepted : [] });
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
      // What waits is still written, unless the log is away: only new appends are refused.
      await Promise.race([draining, away.promise]);
      refuse(queue.close(STOPPING), STOPPING);
      await Promise.race([draining, away.promise]);
      await connection.close();
    },
  };
}
