import { Fault } from '#errors/fault.ts';
import { systemClock } from '#kernel/clock.ts';
import { startWriter } from '../writer/writer.ts';
import { PLACEMENT_FIELDS, type Placements } from './messages.ts';
import { createOpenAppends } from './open-appends.ts';
import type { WriterThread, WriterThreadDependencies } from './start-writer-thread.ts';

/**
 * The writer on the thread of its caller, for a process that does nothing else. There, the way to a thread and back
 * takes half a millisecond of every append and gains nothing.
 */
export async function startInlineWriter(dependencies: WriterThreadDependencies): Promise<WriterThread> {
  const { config, connectionString, part, logger, onCommitted, onFenced } = dependencies;
  const open = createOpenAppends(part);
  let isClosing = false;
  let isAway = false;
  const writer = await startWriter({
    config,
    connectionString,
    part,
    clock: systemClock,
    log: (level, fields, message) => logger[level](fields, message),
    onCommit({ head, recordedAtMs, accepted }) {
      const placements: Placements = new Float64Array(accepted.length * PLACEMENT_FIELDS);
      for (const [index, { append, firstPosition, firstVersion }] of accepted.entries()) {
        placements.set([append.id, firstPosition, firstVersion], index * PLACEMENT_FIELDS);
      }
      const { events, answer } = open.commit(placements, head.epoch, recordedAtMs);
      onCommitted(events);
      answer();
    },
    onSettled: open.settle,
    onAway(now) {
      isAway = now;
    },
    onFenced,
  });
  return {
    append(request) {
      if (isClosing) {
        const refusal = { code: 'unavailable', message: 'The gateway is stopping.', retryAfterMs: 1_000 } as const;
        return Promise.reject(new Fault(refusal));
      }
      const { serialized, result } = open.add(request);
      writer.append(serialized);
      return result;
    },
    head: writer.head,
    isAway: () => isAway,
    async close() {
      isClosing = true;
      await writer.close();
    },
  };
}
