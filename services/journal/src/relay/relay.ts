import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { Bus } from '#bus/connect-bus.ts';
import { committedEvents } from '#bus/subjects.ts';
import { eventsToMessage, splitForMessages } from '#journal/event-message.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { Logger } from '#telemetry/logger.ts';
import { openEventStream } from './event-stream.ts';

/** A stream that was wiped gets the newest of the log again; who needs older ones reads the log. */
const REPUBLISHED_MAX_EVENTS = 1_000_000;
/**
 * After each batch that caught up: the next events gather meanwhile and leave as one message, so that four processes and
 * the server are woken once for all of them. No client waits for an event here: answers of appends, or the word of them,
 * go another way. The first event after a quiet time leaves at once.
 * A change of policy is to be felt at every ingress within 100 ms: half of them may pass here.
 */
const GATHER_MS = 50;
const EXPECTED_LAST_SEQUENCE = 'Nats-Expected-Last-Sequence';
/** Counts with the message, to NATS. */
const HEADERS_MAX_BYTES = 256;
const PUBLISH_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;

export interface Relay {
  /** The place in the log up to which events are on JetStream; 0 where that is not known. */
  position(): number;
  close(): Promise<void>;
}

/**
 * Publishes committed events to JetStream, in the log's order and without a gap. Each message says which sequence it
 * expects before it, so that what is there is the log's own order whoever else publishes: a relay that meets another's
 * message reads the stream's end again and goes on from there.
 */
export function startRelay(options: {
  readonly bus: Bus;
  readonly journal: Pick<Journal, 'subscribe' | 'head'>;
  readonly part: number;
  /** JetStream's copies of a message. */
  readonly replicas: number;
  /** Whether this process still leads: one that does not knows less of the log than what its successor has relayed. */
  readonly isLeading: () => boolean;
  readonly logger: Logger;
}): Relay {
  const { bus, journal, part, replicas, isLeading, logger } = options;
  const closing = new AbortController();
  let position = 0;

  async function run(): Promise<void> {
    let isBroken = false;
    while (!closing.signal.aborted) {
      try {
        await publishOn();
        isBroken = false;
      } catch (error) {
        if (!isBroken && !closing.signal.aborted) logger.warn({ err: error }, 'events cannot be relayed now');
        isBroken = true;
      }
      await pause(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  /** Until the stop, or until the stream turns out to be another than it was. */
  async function publishOn(): Promise<void> {
    const manager = await jetstreamManager(bus.connection, { checkAPI: false });
    const head = await journal.head();
    const end = await openEventStream(manager, { part, replicas, head, isLeading, logger });
    position = end.position > 0 ? end.position : Math.max(0, head - REPUBLISHED_MAX_EVENTS);
    logger.info({ sequence: end.sequence, position, head }, 'relaying events');
    const publish = publisher(bus.connection, jetstream(bus.connection), { part, sequence: end.sequence, logger });
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
    let failure: unknown;
    const subscription = journal.subscribe({
      name: 'relay',
      afterPosition: position,
      async onEvents(events, isMoreWaiting) {
        // Whether the failed ones arrived is not known: only the stream's end says what comes next.
        if (failure !== undefined) throw failure;
        try {
          await publish(events);
          position = events.at(-1)?.position ?? position;
          if (!isMoreWaiting) await pause(GATHER_MS);
        } catch (error) {
          failure = error;
          broken.reject(error);
          throw error;
        }
      },
    });
    try {
      await Promise.race([broken.promise, aborted(closing.signal)]);
    } finally {
      await subscription.close();
    }
  }

  const running = run();
  return {
    position: () => position,
    async close() {
      closing.abort();
      await running;
    },
  };
}

/**
 * Publishes events after a sequence; rejects where one of the messages is not where it should be. Only the last is
 * acknowledged: it can be where it is expected only if all before it are.
 */
function publisher(
  connection: NatsConnection,
  client: JetStreamClient,
  after: { readonly part: number; readonly sequence: number; readonly logger: Logger },
) {
  const subject = committedEvents(after.part);
  let { sequence } = after;

  /** One event that is too large by itself would hold up all that come after it; it is read from the log. */
  function isTaken(message: string): boolean {
    const bytes = Buffer.byteLength(message) + HEADERS_MAX_BYTES;
    if (bytes <= (connection.info?.max_payload ?? Number.POSITIVE_INFINITY)) return true;
    after.logger.warn({ bytes }, 'an event is larger than the bus takes; it is read from the log');
    return false;
  }

  return async (events: readonly RecordedEvent[]): Promise<void> => {
    const messages = splitForMessages(events).map(eventsToMessage).filter(isTaken);
    const last = messages.pop();
    for (const message of messages) {
      const expected = headers();
      expected.set(EXPECTED_LAST_SEQUENCE, String(sequence));
      sequence += 1;
      connection.publish(subject, message, { headers: expected });
    }
    if (last === undefined) return;
    const expect = { lastSequence: sequence };
    sequence += 1;
    await client.publish(subject, last, { expect, timeout: PUBLISH_TIMEOUT_MS });
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
