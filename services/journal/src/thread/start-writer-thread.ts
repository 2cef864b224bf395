import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredHead } from '#journal/stored-event.ts';
import { unreachable } from '#kernel/unreachable.ts';
import type { SerializedAppend } from '../writer/serialized-append.ts';
import { flatten } from './flat-appends.ts';
import type { FromWriter, ToWriter, WriterThreadData } from './messages.ts';
import { createOpenAppends, type OpenAppends } from './open-appends.ts';

export interface WriterThreadDependencies extends WriterThreadData {
  readonly logger: Logger;
  /**
   * Called with each commit's events, in log order, before their appends are answered. Called with none if the appends
   * were already refused: the head has moved on, and followers read the events from the log.
   */
  readonly onCommitted: (events: readonly RecordedEvent[]) => void;
  /** This process is no longer the writer, or its writer broke. What it holds in memory is no longer the truth. */
  readonly onFenced: (error: Error) => void;
}

/** The log's writer, seen from the main thread. */
export interface WriterThread {
  append(request: AppendRequest): Promise<AppendResult>;
  head(): StoredHead;
  /** The log has been out of reach for so long that appends are refused at once. */
  isAway(): boolean;
  /** Writes waiting appends, then ends the thread. */
  close(): Promise<void>;
}

/** The thread, and its reports about the log. */
interface Thread {
  readonly dependencies: WriterThreadDependencies;
  readonly worker: Worker;
  readonly open: OpenAppends;
  readonly opened: PromiseWithResolvers<StoredHead>;
  readonly ended: PromiseWithResolvers<void>;
  /** The appends of this turn of the event loop. They cross together. */
  outbox: SerializedAppend[];
  head: StoredHead | undefined;
  isClosing: boolean;
  isAway: boolean;
}

/**
 * Starts the writer in a thread of its own and waits until it holds the log. Measured at 32 callers on two cores: with
 * the writer on the main thread, a commit waited milliseconds for its turn in the event loop.
 */
export async function startWriterThread(dependencies: WriterThreadDependencies): Promise<WriterThread> {
  const { config, connectionString, part } = dependencies;
  const workerData: WriterThreadData = { config, connectionString, part };
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData, name: 'log writer' });
  const thread: Thread = {
    dependencies,
    worker,
    open: createOpenAppends(part),
    opened: Promise.withResolvers(),
    ended: Promise.withResolvers(),
    outbox: [],
    head: undefined,
    isClosing: false,
    isAway: false,
  };
  worker.on('message', (message) => take(thread, message));
  worker.once('error', (error) => onBroken(thread, error instanceof Error ? error : new Error(String(error))));
  worker.once('exit', (code) => onBroken(thread, new Error(`the log's writer ended with code ${code}`)));
  const first = await thread.opened.promise;

  return {
    append: (request) => append(thread, request),
    head: () => thread.head ?? first,
    isAway: () => thread.isAway,
    async close() {
      thread.isClosing = true;
      if (thread.outbox.length > 0) flush(thread);
      worker.postMessage({ kind: 'close' } satisfies ToWriter);
      await thread.ended.promise;
      await worker.terminate();
    },
  };
}

function append(thread: Thread, request: AppendRequest): Promise<AppendResult> {
  if (thread.isClosing) return Promise.reject(stopping());
  const { serialized, result } = thread.open.add(request);
  if (thread.outbox.length === 0) setImmediate(flush, thread);
  thread.outbox.push(serialized);
  return result;
}

function flush(thread: Thread): void {
  const message: ToWriter = { kind: 'appends', appends: flatten(thread.outbox) };
  thread.outbox = [];
  thread.worker.postMessage(message);
}

function take(thread: Thread, message: FromWriter): void {
  const { dependencies, open } = thread;
  switch (message.kind) {
    case 'open':
      thread.head = withBuffer(message.head);
      thread.opened.resolve(thread.head);
      return;
    case 'committed': {
      thread.head = withBuffer(message.head);
      const { events, answer } = open.commit(message.placements, thread.head.epoch, message.recordedAtMs);
      // The folds come first, so that an append's author finds it folded.
      dependencies.onCommitted(events);
      answer();
      return;
    }
    case 'settled':
      open.settle(message.settlement);
      return;
    case 'away':
      thread.isAway = message.isAway;
      return;
    case 'fenced':
      dependencies.onFenced(new Error(message.message));
      return;
    case 'log':
      dependencies.logger[message.level](message.fields, message.message);
      return;
    case 'closed':
      thread.ended.resolve();
      return;
    default:
      unreachable(message);
  }
}

/** The thread never ends by itself. If it does, nobody knows which of the open appends are written. */
function onBroken(thread: Thread, error: Error): void {
  thread.opened.reject(error);
  thread.ended.resolve();
  thread.open.refuseAll('The log has no writer.');
  if (thread.head !== undefined && !thread.isClosing) thread.dependencies.onFenced(error);
}

function stopping(): Fault {
  return new Fault({ code: 'unavailable', message: 'The gateway is stopping.', retryAfterMs: 1_000 });
}

function withBuffer(head: StoredHead): StoredHead {
  return { ...head, chain: Buffer.from(head.chain) };
}
