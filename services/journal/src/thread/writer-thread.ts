import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '#kernel/clock.ts';
import { startWriter } from '../writer/writer.ts';
import { unflatten } from './flat-appends.ts';
import type { FromWriter, ToWriter, WriterThreadData } from './messages.ts';

/*
 * The entry of the writer's thread. The thread numbers, hashes and commits. The process' main thread never waits for
 * any of it, and a commit never waits for the main thread to finish other work.
 */

if (parentPort === null) throw new Error('writer-thread.ts is the entry of a thread, not of a process');
const port = parentPort;
const post = (message: FromWriter): void => port.postMessage(message);

const writer = await startWriter({
  ...(workerData as WriterThreadData),
  clock: systemClock,
  log: (level, fields, message) => post({ kind: 'log', level, fields: cloneable(fields), message }),
  onCommit: ({ head, recordedAtMs, accepted }) =>
    post({
      kind: 'committed',
      head,
      recordedAtMs,
      placements: Float64Array.from(
        accepted.flatMap(({ append, firstPosition, firstVersion }) => [append.id, firstPosition, firstVersion]),
      ),
    }),
  onSettled: (settlement) => post({ kind: 'settled', settlement }),
  onAway: (isAway) => post({ kind: 'away', isAway }),
  onFenced: (error) => post({ kind: 'fenced', message: error.message }),
});

port.on('message', (message: ToWriter) => {
  if (message.kind === 'appends') for (const append of unflatten(message.appends)) writer.append(append);
  else void close();
});
post({ kind: 'open', head: writer.head() });

async function close(): Promise<void> {
  await writer.close();
  post({ kind: 'closed' });
  port.close();
}

/** An error crosses as plain fields, because the clone of an error would lose its code. */
function cloneable(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { err, ...others } = fields;
  if (!(err instanceof Error)) return { ...fields };
  const code = 'code' in err && typeof err.code === 'string' ? { code: err.code } : {};
  return { ...others, err: { type: err.name, message: err.message, stack: err.stack, ...code } };
}
