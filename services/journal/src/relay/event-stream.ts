import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { committedEvents, eventStreamName } from '#bus/subjects.ts';
import { eventsFromMessage } from '#clients/journal/event-message.ts';
import type { Logger } from '#telemetry/logger.ts';

/** How much of the log JetStream keeps. A consumer that needs older events reads the log itself. */
const KEPT_MAX_BYTES = 4 * 1024 ** 3;
const KEPT_MAX_AGE_MS = 7 * 86_400_000;

const STREAM_NOT_FOUND = 10_059;
const NO_MESSAGE = 10_037;

/**
 * The end of a JetStream stream: its last sequence, and the log position of its last event; both 0 if the stream is
 * empty.
 */
export interface StreamEnd {
  readonly sequence: number;
  readonly position: number;
}

export interface EventStreamOptions {
  readonly part: number;
  readonly replicas: number;
  /** The log's head. */
  readonly head: number;
  /** Checked before a stream is deleted. */
  readonly isLeading: () => boolean;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * Makes sure that there is a JetStream stream for the events, and returns its end. A stream that has more than the log
 * is of another log, if the log was restored from a backup. A stream whose end cannot be read was written by another
 * program. Both are deleted and created anew: nothing depends on them. Rejects if this process no longer leads, since
 * its successor may have written more than it knows.
 */
export async function openEventStream(manager: JetStreamManager, options: EventStreamOptions): Promise<StreamEnd> {
  const end = await findEnd(manager, options);
  if (end !== undefined && end.position <= options.head) return end;
  if (!options.isLeading()) throw new Error('another process relays events now');
  options.logger.error({ ...end, head: options.head }, 'JetStream has what the log does not have; making it anew');
  await manager.streams.delete(eventStreamName(options.part));
  const state = await stateOf(manager, options);
  return { sequence: state.last_seq, position: 0 };
}

/** undefined: the last message is no message of events. */
async function findEnd(manager: JetStreamManager, options: EventStreamOptions): Promise<StreamEnd | undefined> {
  const name = eventStreamName(options.part);
  const state = await stateOf(manager, options);
  if (state.messages === 0) return { sequence: state.last_seq, position: 0 };
  const message = await manager.streams.getMessage(name, { seq: state.last_seq }).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === NO_MESSAGE) return null;
    throw error;
  });
  if (message === null) return { sequence: state.last_seq, position: 0 };
  try {
    return { sequence: state.last_seq, position: eventsFromMessage(message.data).at(-1)?.position ?? 0 };
  } catch {
    return undefined;
  }
}

async function stateOf(manager: JetStreamManager, { part, replicas }: EventStreamOptions) {
  const name = eventStreamName(part);
  try {
    return (await manager.streams.info(name)).state;
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== STREAM_NOT_FOUND) throw error;
  }
  const info = await manager.streams.add({
    name,
    subjects: [committedEvents(part)],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_bytes: KEPT_MAX_BYTES,
    max_age: KEPT_MAX_AGE_MS * 1_000_000,
    num_replicas: replicas,
    // No correctness depends on it: the expected sequence of each message keeps a second relay from interleaving.
    duplicate_window: 1_000_000_000,
  });
  return info.state;
}
