import type { Logger } from 'pino';
import { validate as isUuid } from 'uuid';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import type { Clock } from '#kernel/clock.ts';
import {
  insertBatch,
  readByIds,
  readHead,
  readLastRecordedAtMs,
  readVersions,
  takeOffice,
} from '../adapters/event-store.ts';
import type { JournalConfig } from '../config.ts';
import { withData } from '../recorded-event-of.ts';
import { classifyCommitError } from './commit-error.ts';
import type { LogConnection } from './log-connection.ts';
import { type NumberedBatch, numberBatch } from './number-batch.ts';
import type { PendingAppend } from './pending-append.ts';
import { settleMismatch } from './settle-mismatch.ts';
import { createStreamVersions } from './stream-versions.ts';

export interface WriterDependencies {
  readonly config: JournalConfig;
  readonly connection: LogConnection;
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

const unavailable = (message: string, cause?: unknown): Fault =>
  new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause });

const malformed = (message: string): Fault => new Fault({ code: 'invalid_request', message });

/** Starts a new term as the partition's only writer. */
export async function startWriter(dependencies: WriterDependencies): Promise<Writer> {
  const { config, connection, part, logger, clock } = dependencies;
  const client = await connection.get();
  let head = await takeOffice(client, part);
  let lastRecordedAtMs = await readLastRecordedAtMs(client, part);
  const versions = createStreamVersions();
  let queue: PendingAppend[] = [];
  let draining: Promise<void> | undefined;
  /** Set while no append can be taken: closed, fenced, or the database away for longer than the grace. */
  let refusal: string | undefined;
  let isFenced = false;
  logger.info({ epoch: head.epoch, position: head.position }, 'the log is open');

  function append(request: AppendRequest): Promise<AppendResult> {
    if (refusal !== undefined) return Promise.reject(unavailable(refusal));
    if (queue.length >= config.queueMaxAppends) return Promise.reject(unavailable('The log is overloaded.'));
    if (request.events.length === 0) return Promise.reject(malformed('An append has no events.'));
    if (!request.events.every((event) => isUuid(event.eventId))) {
      return Promise.reject(malformed('An event id is no UUID.'));
    }
    const bodies = request.events.map((event) => JSON.stringify(event.data));
    const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
    return new Promise<AppendResult>((resolve, reject) => {
      queue.push({ request, bodies, bytes, resolve, reject });
      // The next turn of the event loop, so that appends of the same turn share a commit.
      draining ??= new Promise<void>((done) => setImmediate(() => drain().then(done)));
    });
  }

  /** Commits until nothing waits. The commit in flight is the batching window: there is no timer. */
  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch();
      try {
        await commit(batch);
      } catch (error) {
        for (const pending of batch) pending.reject(unavailable('The log failed to write.', error));
        logger.error({ err: error }, 'a batch could not be committed');
      }
    }
    draining = undefined;
  }

  function takeBatch(): PendingAppend[] {
    let events = 0;
    let bytes = 0;
    let count = 0;
    for (const pending of queue) {
      events += pending.request.events.length;
      bytes += pending.bytes;
      if (count > 0 && (events > config.batchMaxEvents || bytes > config.batchMaxBytes)) break;
      count += 1;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  async function commit(batch: readonly PendingAppend[]): Promise<void> {
    await learnVersions(batch);
    lastRecordedAtMs = Math.max(lastRecordedAtMs, clock());
    const numbered = numberBatch(batch, head, part, lastRecordedAtMs, (stream) => versions.get(stream) ?? 0);
    if (numbered.rows.length > 0) {
      const outcome = await commitRows(numbered.rows);
      if (outcome === 'refused') return commitOneByOne(batch);
      if (outcome === 'fenced') return rejectAll(batch);
      announce(numbered);
    }
    await settle(numbered.mismatched);
  }

  function announce(numbered: NumberedBatch): void {
    const last = numbered.rows.at(-1);
    if (last === undefined) return;
    head = { epoch: head.epoch, position: last.position, chain: last.chain };
    for (const [stream, version] of numbered.versions) versions.set(stream, version);
    const events: RecordedEvent[] = [];
    for (const { request } of numbered.accepted) {
      for (const event of request.events) {
        const row = numbered.rows[events.length];
        if (row !== undefined) events.push(withData(row, event.data));
      }
    }
    dependencies.onCommitted(events);
    let taken = 0;
    for (const pending of numbered.accepted) {
      taken += pending.request.events.length;
      pending.resolve({ kind: 'appended', position: events[taken - 1]?.position ?? 0, isRepeat: false });
    }
  }

  /** Makes the rows durable. Where a commit's fate is unknown, the log's head says whether it happened. */
  async function commitRows(rows: readonly StoredEvent[]): Promise<'committed' | 'refused' | 'fenced'> {
    for (let isFirstTry = true; ; isFirstTry = false) {
      try {
        const database = await getConnection();
        if (!isFirstTry) {
          const verdict = verdictOf(await readHead(database, part), rows);
          if (verdict !== 'not-written') return verdict;
        }
        await insertBatch(database, head, rows);
        return 'committed';
      } catch (error) {
        if (isFenced) return 'fenced';
        const kind = classifyCommitError(error);
        if (kind === 'refused') return 'refused';
        if (kind === 'fenced' && isFirstTry) return fenced(error as Error);
        logger.warn({ err: error }, 'a commit broke off; asking the log whether it happened');
        if (kind === 'unknown') connection.discard();
      }
    }
  }

  function verdictOf(actual: StoredHead, rows: readonly StoredEvent[]): 'committed' | 'fenced' | 'not-written' {
    const last = rows.at(-1);
    if (actual.epoch !== head.epoch) return fenced(new Error(`epoch ${actual.epoch} has begun`));
    if (actual.position === head.position) return 'not-written';
    if (last !== undefined && actual.position === last.position && actual.chain.equals(last.chain)) return 'committed';
    return fenced(new Error(`the log is at ${actual.position} with another history`));
  }

  /** The connection, while refusing what waits as soon as the database has been away for too long. */
  async function getConnection(): ReturnType<LogConnection['get']> {
    const timer = setTimeout(() => {
      refusal ??= DATABASE_AWAY;
      refuseQueue(DATABASE_AWAY);
    }, config.reconnectGraceMs);
    try {
      return await connection.get();
    } finally {
      clearTimeout(timer);
      if (refusal === DATABASE_AWAY) refusal = undefined;
    }
  }

  function fenced(error: Error): 'fenced' {
    isFenced = true;
    refusal = 'Another writer has taken over the log.';
    refuseQueue(refusal);
    dependencies.onFenced(error);
    return 'fenced';
  }

  function refuseQueue(reason: string): void {
    const refused = queue;
    queue = [];
    for (const pending of refused) pending.reject(unavailable(reason));
  }

  function rejectAll(batch: readonly PendingAppend[]): void {
    for (const pending of batch) pending.reject(unavailable(refusal ?? 'The log cannot be written.'));
  }

  /** One append of the batch was refused and took the others with it: each alone shows which, and lets the rest in. */
  async function commitOneByOne(batch: readonly PendingAppend[]): Promise<void> {
    for (const pending of batch) {
      const numbered = numberBatch([pending], head, part, lastRecordedAtMs, (stream) => versions.get(stream) ?? 0);
      const outcome = numbered.rows.length > 0 ? await commitRows(numbered.rows) : 'refused';
      if (outcome === 'committed') announce(numbered);
      else if (outcome === 'fenced') rejectAll([pending]);
      else await settle([pending]);
    }
  }

  async function settle(appends: readonly PendingAppend[]): Promise<void> {
    if (appends.length === 0) return;
    const database = await getConnection();
    const rows = await readByIds(
      database,
      appends.flatMap(({ request }) => request.events.map((event) => event.eventId)),
    );
    const existing = new Map(rows.map((row) => [row.eventId, row]));
    await refreshVersions(appends.map(({ request }) => request.stream));
    for (const pending of appends) {
      const actualVersion = versions.get(pending.request.stream) ?? 0;
      const result = settleMismatch(pending, existing, actualVersion);
      if (result instanceof Fault) {
        logger.error({ stream: pending.request.stream, err: result }, 'an event id was used for two different events');
        pending.reject(result);
      } else if (result.kind === 'version-conflict' && actualVersion === pending.request.expectedVersion) {
        pending.reject(new Fault({ code: 'internal_error', message: 'The log refused the event.' }));
      } else pending.resolve(result);
    }
  }

  /** Asks for the versions that are not in memory. A stream that shall not exist needs no question: its index answers. */
  async function learnVersions(batch: readonly PendingAppend[]): Promise<void> {
    const unknown = batch
      .filter(({ request }) => request.expectedVersion > 0 && versions.get(request.stream) === undefined)
      .map(({ request }) => request.stream);
    if (unknown.length > 0) await refreshVersions(unknown);
  }

  async function refreshVersions(names: readonly string[]): Promise<void> {
    const found = await readVersions(await getConnection(), names);
    for (const name of names) versions.set(name, found.get(name) ?? 0);
  }

  return {
    append,
    head: () => head,
    async close() {
      refusal ??= 'The gateway is stopping.';
      await draining;
      await connection.close();
    },
  };
}

const DATABASE_AWAY = 'The log database cannot be reached.';
