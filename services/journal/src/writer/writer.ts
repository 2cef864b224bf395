import type { Logger } from 'pino';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredHead } from '#journal/stored-event.ts';
import type { Clock } from '#kernel/clock.ts';
import { readLastRecordedAtMs, takeOffice } from '../adapters/event-store.ts';
import type { JournalConfig } from '../config.ts';
import { withData } from '../recorded-event-of.ts';
import { createAppendQueue, unavailable } from './append-queue.ts';
import { commitDurably } from './durable-commit.ts';
import { createLogConnection } from './log-connection.ts';
import { type NumberedBatch, numberBatch } from './number-batch.ts';
import { createOutage } from './outage.ts';
import type { PendingAppend } from './pending-append.ts';
import { learnVersions, settleMismatches } from './settle-mismatches.ts';
import { createStreamVersions } from './stream-versions.ts';

export interface WriterDependencies {
  readonly config: JournalConfig;
  readonly connectionString: string;
  readonly part: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Called with each commit's events, in log order, before the appends that made them are answered. */
  readonly onCommitted: (events: readonly RecordedEvent[]) => void;
  /** Another writer has taken over. This process must stop: what it holds in memory is no longer the truth. */
  readonly onFenced: (error: Error) => void;
}

export interface Writer {
  append(request: AppendRequest): Promise<AppendResult>;
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
  const { config, connectionString, part, logger, clock } = dependencies;
  const queue = createAppendQueue(config);
  const versions = createStreamVersions();
  const outage = createOutage({
    graceMs: config.reconnectGraceMs,
    onAway: () => queue.close(DATABASE_AWAY),
    onBack: () => queue.reopen(DATABASE_AWAY),
  });
  const connection = createLogConnection({ connectionString, logger, outage });
  const database = await connection.get();
  let head = await takeOffice(database, part);
  let lastRecordedAtMs = await readLastRecordedAtMs(database, part);
  let draining: Promise<void> | undefined;
  logger.info({ epoch: head.epoch, position: head.position }, 'the log is open');

  async function drain(): Promise<void> {
    while (!queue.isEmpty()) {
      const batch = queue.takeBatch();
      try {
        await commit(batch);
      } catch (error) {
        logger.error({ err: error }, 'a batch could not be committed');
        for (const pending of batch) pending.reject(unavailable('The log failed to write.', error));
      }
    }
    draining = undefined;
  }

  async function commit(batch: readonly PendingAppend[]): Promise<void> {
    // A stream that shall not exist yet needs no question: the index on its versions answers.
    const unknown = batch.filter(
      ({ request }) => request.expectedVersion > 0 && versions.get(request.stream) === undefined,
    );
    if (unknown.length > 0) {
      await learnVersions(
        unknown.map(({ request }) => request.stream),
        connection,
        versions,
      );
    }
    lastRecordedAtMs = Math.max(lastRecordedAtMs, clock());
    const numbered = numberBatch(batch, head, part, lastRecordedAtMs, (stream) => versions.get(stream) ?? 0);
    const outcome =
      numbered.rows.length === 0 ? 'empty' : await commitDurably(connection, head, numbered.rows, { outage, logger });
    if (outcome === 'refused') return commitApart(batch);
    if (outcome === 'committed') announce(numbered);
    else if (outcome !== 'empty') return giveWay(outcome.fencedBy, batch);
    await settleMismatches(numbered.mismatched, connection, versions, logger);
  }

  /** One append was refused and took the others with it: each alone shows which, and lets the rest in. */
  async function commitApart(batch: readonly PendingAppend[]): Promise<void> {
    if (batch.length === 1) return settleMismatches(batch, connection, versions, logger);
    for (const pending of batch) await commit([pending]);
  }

  function giveWay(error: Error, batch: readonly PendingAppend[]): void {
    queue.close(SUCCEEDED);
    for (const pending of batch) pending.reject(unavailable(SUCCEEDED));
    dependencies.onFenced(error);
  }

  function announce(numbered: NumberedBatch): void {
    const last = numbered.rows.at(-1);
    if (last === undefined) return;
    head = { epoch: head.epoch, position: last.position, chain: last.chain };
    for (const [stream, version] of numbered.versions) versions.set(stream, version);
    const data = numbered.accepted.flatMap(({ request }) => request.events.map((event) => event.data));
    dependencies.onCommitted(numbered.rows.map((row, index) => withData(row, data[index])));
    let position = last.position - numbered.rows.length;
    for (const pending of numbered.accepted) {
      position += pending.request.events.length;
      pending.resolve({ kind: 'appended', position, isRepeat: false });
    }
  }

  return {
    append(request) {
      const result = queue.add(request);
      // The next turn of the event loop, so that appends of the same turn share a commit.
      draining ??= new Promise((done) => setImmediate(() => drain().then(done)));
      return result;
    },
    head: () => head,
    async close() {
      // What waits is still written: only new appends are refused.
      const written = draining;
      await written;
      queue.close(STOPPING);
      await draining;
      await connection.close();
    },
  };
}
