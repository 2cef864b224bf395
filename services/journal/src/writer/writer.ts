import { streams } from '#contracts/streams.ts';
import type { StoredHead } from '#journal/stored-event.ts';
import type { Clock } from '#kernel/clock.ts';
import { readLastRecordedAtMs, takeOffice } from '../adapters/event-store.ts';
import type { JournalConfig } from '../config.ts';
import { type AppendQueue, createAppendQueue, unavailable } from './append-queue.ts';
import type { BatchFate } from './batch-fate.ts';
import { classifyCommitError } from './commit-error.ts';
import { commitDurably } from './durable-commit.ts';
import { createLogConnection, type LogConnection } from './log-connection.ts';
import { type NumberedBatch, numberBatch, type PlacedAppend } from './number-batch.ts';
import { createOutage, type Outage } from './outage.ts';
import type { SerializedAppend, Settlement } from './serialized-append.ts';
import { learnVersions, settleMismatches } from './settle-mismatches.ts';
import { createStreamVersions, type StreamVersions } from './stream-versions.ts';
import { createUnanswered, type Unanswered } from './unanswered.ts';
import type { WriterLog } from './writer-log.ts';

/** Events that became durable together. */
export interface Commit {
  /** The log's head after it. */
  readonly head: StoredHead;
  readonly recordedAtMs: number;
  /** In log order. Empty if their authors were already refused. */
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
  /** The log cannot be written, or can be again. While it cannot, appends are refused at once. */
  readonly onAway: (isAway: boolean) => void;
  /** Another writer has taken over. This process must stop: what it holds in memory is no longer the truth. */
  readonly onFenced: (error: Error) => void;
}

export interface Writer {
  /** Each append is answered once, by `onCommit` or by `onSettled`. */
  append(append: SerializedAppend): void;
  head(): StoredHead;
  /** Writes waiting appends, then closes the connection. */
  close(): Promise<void>;
}

const DATABASE_AWAY = 'The log database cannot be written now.';
const SUCCEEDED = 'Another writer has taken over the log.';
const STOPPING = 'The gateway is stopping.';

/** Appends from their arrival to their answer. */
interface Intake {
  readonly dependencies: WriterDependencies;
  readonly queue: AppendQueue;
  readonly unanswered: Unanswered;
  /** Resolves when the log is out of reach. It is replaced when the log is back. */
  away: PromiseWithResolvers<void>;
}

/** The partition's writer in its term. */
interface Term {
  readonly intake: Intake;
  readonly versions: StreamVersions;
  readonly outage: Outage;
  readonly connection: LogConnection;
  head: StoredHead;
  lastRecordedAtMs: number;
  /** Commits under way. */
  draining: Promise<void> | undefined;
}

/**
 * Starts a new term as the partition's only writer. Appends that arrive during a commit share the next one. The commit
 * in flight is the batching window; there is no timer.
 */
export async function startWriter(dependencies: WriterDependencies): Promise<Writer> {
  const { config, connectionString, part, log, onSettled } = dependencies;
  const intake: Intake = {
    dependencies,
    queue: createAppendQueue(config),
    unanswered: createUnanswered(onSettled),
    away: Promise.withResolvers(),
  };
  const outage = createOutage({
    graceMs: config.reconnectGraceMs,
    onAway: () => turnAway(intake, connection),
    onBack: () => reopen(intake),
  });
  const connection = createLogConnection({ connectionString, log, outage });
  const database = await connection.get();
  const head = await takeOffice(database, part);
  const lastRecordedAtMs = await readLastRecordedAtMs(database, part);
  const versions = createStreamVersions();
  const term: Term = { intake, versions, outage, connection, head, lastRecordedAtMs, draining: undefined };
  log('info', { epoch: head.epoch, position: head.position }, 'the log is open');

  return {
    append: (append) => add(term, append),
    head: () => term.head,
    async close() {
      // Waiting appends are still written, unless the log is away. Only new appends are refused.
      await Promise.race([term.draining, intake.away.promise]);
      refuse(intake, intake.queue.close(STOPPING), STOPPING);
      await Promise.race([term.draining, intake.away.promise]);
      await connection.close();
    },
  };
}

function turnAway(intake: Intake, connection: LogConnection): void {
  const { dependencies, queue, unanswered, away } = intake;
  // The connection may be silent. The next one asks what became of the commit.
  connection.discard();
  unanswered.giveUp(DATABASE_AWAY);
  refuse(intake, queue.close(DATABASE_AWAY), DATABASE_AWAY);
  away.resolve();
  dependencies.onAway(true);
}

function reopen(intake: Intake): void {
  intake.queue.reopen(DATABASE_AWAY);
  intake.away = Promise.withResolvers();
  intake.dependencies.onAway(false);
}

function refuse({ dependencies }: Intake, appends: readonly SerializedAppend[], reason: string): void {
  for (const { id } of appends) dependencies.onSettled({ id, refusal: unavailable(reason) });
}

function add(term: Term, append: SerializedAppend): void {
  const { queue, dependencies } = term.intake;
  const refusal = queue.add(append);
  if (refusal !== undefined) {
    dependencies.onSettled({ id: append.id, refusal });
    return;
  }
  // Deferred, so that appends that come together share a commit.
  term.draining ??= Promise.resolve().then(() => drain(term));
}

async function drain(term: Term): Promise<void> {
  const { queue, unanswered } = term.intake;
  while (!queue.isEmpty()) {
    const batch = queue.takeBatch();
    await commit(term, batch, unanswered.begin(batch));
  }
  term.draining = undefined;
}

async function commit(term: Term, batch: readonly SerializedAppend[], fate: BatchFate): Promise<void> {
  if ((await commitTogether(term, batch, fate)) !== 'refused') return;
  // One append was refused and took the others with it. Committing each alone finds that one and lets the rest in.
  for (const append of term.intake.unanswered.of(batch)) await commit(term, [append], fate);
}

/** Each append of the batch is answered once in any case, unless this returns `refused`. */
async function commitTogether(
  term: Term,
  batch: readonly SerializedAppend[],
  fate: BatchFate,
): Promise<'refused' | undefined> {
  const { connection, versions } = term;
  const { unanswered, dependencies } = term.intake;
  const { part, log, clock } = dependencies;
  // Counted from the beginning of the commit: a database that is silent does not fail.
  using _ = term.outage.begin();
  try {
    await learnUnknownVersions(term, batch);
    term.lastRecordedAtMs = Math.max(term.lastRecordedAtMs, clock());
    const versionOf = (stream: string): number => versions.get(stream) ?? 0;
    const numbered = numberBatch(batch, term.head, part, term.lastRecordedAtMs, versionOf);
    refuseSuperseded(term.intake, numbered.superseded);
    if (numbered.rows.length > 0) {
      const outcome = await commitDurably(connection, term.head, numbered.rows, { fate, log });
      if (outcome === 'refused' && unanswered.of(batch).length > 1) return 'refused';
      if (outcome === 'committed') {
        announce(term, numbered);
        await commitFollowers(term, numbered, fate);
      } else if (typeof outcome === 'object') giveWay(term.intake, outcome.fencedBy);
    }
    for (const settlement of await settleMismatches(unanswered.of(batch), connection, versions)) {
      if ('refusal' in settlement) log('error', { refusal: settlement.refusal }, 'the log refused an append');
      unanswered.settle(settlement);
    }
  } catch (error) {
    if (!connection.isClosed()) log('error', { err: error }, 'a batch could not be committed');
    // The connection may hang in a look-up, and the next caller must not wait behind it.
    if (classifyCommitError(error) === 'unknown') connection.discard();
    const refusal = unavailable('The log failed to write.');
    for (const { id } of unanswered.of(batch)) unanswered.settle({ id, refusal });
  }
  return undefined;
}

/**
 * A stream that must not exist yet needs no look-up, since the index on its versions answers. Neither does a stream
 * that an earlier append of the batch begins.
 */
async function learnUnknownVersions({ versions, connection }: Term, batch: readonly SerializedAppend[]): Promise<void> {
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

/** Refuses even a repeat of what an earlier term wrote: its author must stop, and its successor knows the answer. */
function refuseSuperseded({ unanswered, dependencies }: Intake, superseded: readonly SerializedAppend[]): void {
  for (const { id, term } of superseded) {
    const message = `Another process leads ${term?.service} since: its term ${term?.epoch} is over.`;
    dependencies.log('warn', { term }, 'an append of an ended term was refused');
    unanswered.settle({ id, refusal: { code: 'superseded', message } });
  }
}

/**
 * An append may have come just before the one it follows, such as a usage that took another way than its admission. The
 * batch itself has then brought its stream to the expected version.
 */
async function commitFollowers(term: Term, { mismatched, versions }: NumberedBatch, fate: BatchFate): Promise<void> {
  for (const append of term.intake.unanswered.of(mismatched)) {
    if (versions.get(append.stream) === append.expectedVersion) await commit(term, [append], fate);
  }
}

function giveWay(intake: Intake, error: Error): void {
  // This comes first: nobody may act any more on what is held in memory.
  intake.dependencies.onFenced(error);
  intake.unanswered.giveUp(SUCCEEDED);
  refuse(intake, intake.queue.close(SUCCEEDED), SUCCEEDED);
}

/**
 * Appends that were given up and are in the log all the same are not answered. Followers of the log read them there.
 */
function announce(term: Term, { rows, accepted, versions }: NumberedBatch): void {
  const { unanswered, dependencies } = term.intake;
  const last = rows.at(-1);
  if (last === undefined) return;
  term.head = { epoch: term.head.epoch, position: last.position, chain: last.chain };
  for (const [stream, version] of versions) term.versions.set(stream, version);
  const isAwaited = unanswered.take(accepted.map(({ append }) => append)).length === accepted.length;
  dependencies.onCommit({
    head: term.head,
    recordedAtMs: last.recordedAtMs,
    accepted: isAwaited ? accepted : [],
  });
}
