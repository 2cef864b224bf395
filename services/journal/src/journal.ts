import type pg from 'pg';
import type { Logger } from 'pino';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { recordedEventOf, type StoredEvent, type StoredHead } from '#journal/stored-event.ts';
import { createSubscriptions } from '#journal/subscription.ts';
import { probeWrite, readAfter, readStreamRows } from './adapters/event-store.ts';
import { defaultJournalConfig, type JournalConfig } from './config.ts';
import { startInlineWriter } from './thread/start-inline-writer.ts';
import { startWriterThread } from './thread/start-writer-thread.ts';
import { createWriteState } from './write-state.ts';

/** How many events a read takes from the database at once: some 500 KB. */
const READ_BATCH_EVENTS = 1_000;

/** The only partition so far. */
const PART = 0;

export interface JournalDependencies {
  readonly connectionString: string;
  /** For reads. The writer has a connection of its own. */
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly config?: JournalConfig;
  /** Where the writer runs: in a thread of its own if this thread has other work (the default), or in this one. */
  readonly writer?: 'thread' | 'inline';
  /** Called when another process has taken over as the log's writer. */
  readonly onFenced: (error: Error) => void;
}

/** The log with its writer in this process, and the stored rows for audits. */
export interface LocalJournal extends Journal {
  /** The head with the hash chain's newest value. */
  logHead(): StoredHead;
  readStored(afterPosition: number, limit: number): Promise<StoredEvent[]>;
  readStoredStream(stream: string): Promise<StoredEvent[]>;
  /** `ok`, or why the log cannot be written now. Writes to an idle log to find out. Never rejects. */
  writeState(): Promise<string>;
  /** Ends subscriptions, writes waiting appends, closes the writer. */
  close(): Promise<void>;
}

/** Opens the log as its writer: begins a new epoch, so that no earlier writer can write any more. */
export async function openJournal(dependencies: JournalDependencies): Promise<LocalJournal> {
  const { pool, logger } = dependencies;
  const start = dependencies.writer === 'inline' ? startInlineWriter : startWriterThread;
  const writer = await start({
    config: dependencies.config ?? defaultJournalConfig,
    connectionString: dependencies.connectionString,
    part: PART,
    logger,
    onFenced: dependencies.onFenced,
    onCommitted(events) {
      writeState.written();
      if (events.length === 0) subscriptions.wake();
      else subscriptions.offer(events);
    },
  });
  const writeState = createWriteState({ isAway: writer.isAway, probe: () => probeWrite(pool) });
  const readEvents = async (position: number, maxEvents = READ_BATCH_EVENTS): Promise<RecordedEvent[]> =>
    (await readAfter(pool, PART, position, Math.min(maxEvents, READ_BATCH_EVENTS))).map(recordedEventOf);

  const subscriptions = createSubscriptions({ head: () => writer.head().position, readAfter: readEvents, logger });

  return {
    append: writer.append,
    head: async () => writer.head().position,
    logHead: writer.head,
    readStored: (afterPosition, limit) => readAfter(pool, PART, afterPosition, limit),
    readStoredStream: (stream) => readStreamRows(pool, stream),
    async readStream(stream) {
      return (await readStreamRows(pool, stream)).map(recordedEventOf);
    },
    async *read(afterPosition) {
      const end = writer.head().position;
      let position = afterPosition;
      while (position < end) {
        const events = (await readEvents(position)).filter((event) => event.position <= end);
        const last = events.at(-1);
        if (last === undefined) return;
        yield events;
        position = last.position;
      }
    },
    subscribe: subscriptions.subscribe,
    writeState: writeState.read,
    async close() {
      await writer.close();
      await subscriptions.close();
    },
  };
}
