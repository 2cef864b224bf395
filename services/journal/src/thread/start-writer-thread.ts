import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredHead } from '#journal/stored-event.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { flatten } from './flat-appends.ts';
import type { FromWriter, ToWriter, WriterThreadData } from './messages.ts';
import { createOpenAppends } from './open-appends.ts';

export interface WriterThreadDependencies extends WriterThreadData {
  readonly logger: Logger;
  /**
   * Called with each commit's events, in log order, before the appends that made them are answered. With none where their
   * appends were refused before: the head has moved on, and they are to be read from the log.
   */
  readonly onCommitted: (events: readonly RecordedEvent[]) => void;
  /** This process is no longer the writer, or its writer broke: what it holds in memory is no longer the truth. */
  readonly onFenced: (error: Error) => void;
}

/** The log's writer, seen from the main thread. */
export interface WriterThread {
  append(request: AppendRequest): Promise<AppendResult>;
  head(): StoredHead;
  /** The log has been out of reach for so long that appends are refused at once. */
  isAway(): boolean;
  /** Writes what waits, then ends the thread. */
  close(): Promise<void>;
}

/**
 * Starts the writer in a thread of its own and waits until it holds the log. Measured at 32 callers on two cores: with
 * the writer on the main thread a commit waited milliseconds for its turn in the event loop.
 */
export async function startWriterThread(dependencies: WriterThreadDependencies): Promise<WriterThread> {
  const { config, connectionString, part, logger, onCommitted, onFenced } = dependencies;
  const workerData: WriterThreadData = { config, connectionString, part };
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData, name: 'log writer' });
  const opened = Promise.withResolvers<StoredHead>();
  const ended = Promise.withResolvers<void>();
  const open = createOpenAppends(part);
  let outbox: ReturnType<typeof open.add>['serialized'][] = [];
  let head: StoredHead | undefined;
  let isClosing = false;
  let isAway = false;

  function take(message: FromWriter): void {
    switch (message.kind) {
      case 'open':
        head = withBuffer(message.head);
        opened.resolve(head);
        return;
      case 'committed': {
        head = withBuffer(message.head);
        const { events, answer } = open.commit(message.placements, head.epoch, message.recordedAtMs);
        // Folds first, so that whoever waited for the append finds it folded.
        onCommitted(events);
        answer();
        return;
      }
      case 'settled':
        open.settle(message.settlement);
        return;
      case 'away':
        isAway = message.isAway;
        return;
      case 'fenced':
        onFenced(new Error(message.message));
        return;
      case 'log':
        logger[message.level](message.fields, message.message);
        return;
      case 'closed':
        ended.resolve();
        return;
      default:
        unreachable(message);
    }
  }

  /** It never ends by itself; where it does, nobody knows what of the open appends is written. */
  function onBroken(error: Error): void {
    opened.reject(error);
    ended.resolve();
    open.refuseAll('The log has no writer.');
    if (head !== undefined && !isClosing) onFenced(error);
  }

  function flush(): void {
    const message: ToWriter = { kind: 'appends', appends: flatten(outbox) };
    outbox = [];
    worker.postMessage(message);
  }

  worker.on('message', take);
  worker.once('error', (error) => onBroken(error instanceof Error ? error : new Error(String(error))));
  worker.once('exit', (code) => onBroken(new Error(`the log's writer ended with code ${code}`)));
  const first = await opened.promise;

  return {
    append(request) {
      if (isClosing) return Promise.reject(stopping());
      const { serialized, result } = open.add(request);
      if (outbox.length === 0) setImmediate(flush);
      outbox.push(serialized);
      return result;
    },
    head: () => head ?? first,
    isAway: () => isAway,
    async close() {
      isClosing = true;
      if (outbox.length > 0) flush();
      worker.postMessage({ kind: 'close' } satisfies ToWriter);
      await ended.promise;
      await worker.terminate();
    },
  };
}

function stopping(): Fault {
  return new Fault({ code: 'unavailable', message: 'The gateway is stopping.', retryAfterMs: 1_000 });
}

function withBuffer(head: StoredHead): StoredHead {
  return { ...head, chain: Buffer.from(head.chain) };
}
