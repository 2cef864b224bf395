import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { Bus } from '#bus/connect-bus.ts';
import { committedEvents } from '#bus/subjects.ts';
import { eventsToMessage } from '#clients/journal/event-message.ts';
import { SUMMARY_HEADER, summaryText } from '#clients/journal/message-summary.ts';
import { splitByBytes } from '#clients/journal/split-by-bytes.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { Logger } from '#telemetry/logger.ts';
import { openEventStream } from './event-stream.ts';

/** How many of the newest events a wiped stream gets again. A consumer that needs older ones reads the log. */
const REPUBLISHED_MAX_EVENTS = 1_000_000;
/**
 * The pause after each batch that caught up. The next events gather in it and leave as one message, so that four
 * processes and the server wake up once for all of them. No client waits for an event here, since answers of appends go
 * another way. The first event after a quiet time leaves at once. A change of policy counts at every ingress within
 * 100 ms, and half of them may pass here.
 */
const GATHER_MS = 50;
const EXPECTED_LAST_SEQUENCE = 'Nats-Expected-Last-Sequence';
/** The bytes of one message. Far below the server's limit, so that one event that is larger still fits. */
const MESSAGE_MAX_BYTES = 256 * 1024;
/** NATS counts these bytes with the message: the expected sequence, and a summary of at most eight types. */
const HEADERS_MAX_BYTES = 512;
const PUBLISH_TIMEOUT_MS = 2_000;
const RETRY_MS = 250;

export interface Relay {
  /** The position up to which events are on JetStream; 0 if that is not known. */
  position(): number;
  close(): Promise<void>;
}

/**
 * Publishes committed events to JetStream, in the log's order and without a gap. Each message says which sequence it
 * expects before it, so the stream has the log's own order whoever else publishes. A relay that meets another relay's
 * message reads the stream's end again and continues from there.
 */
export function startRelay(options: {
  readonly bus: Bus;
  readonly journal: Pick<Journal, 'subscribe' | 'head'>;
  readonly part: number;
  /** How many copies JetStream keeps of a message. */
  readonly replicas: number;
  /** Whether this process still leads. A process that does not knows less of the log than its successor has relayed. */
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

  /** Runs until the stop, or until the stream turns out to be another one. */
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
        // It is unknown whether the failed messages arrived. Only the stream's end says which is next.
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
 * Publishes events after a sequence. Rejects if one of the messages is not where it should be. Only the last message is
 * acknowledged: it is at its expected place only if all earlier ones are.
 */
function publisher(
  connection: NatsConnection,
  client: JetStreamClient,
  after: { readonly part: number; readonly sequence: number; readonly logger: Logger },
) {
  const subject = committedEvents(after.part);
  let { sequence } = after;

  /** An event that is too large for a message would hold up all later events. Consumers read it from the log. */
  function isTaken({ message }: Summarized): boolean {
    const bytes = Buffer.byteLength(message) + HEADERS_MAX_BYTES;
    if (bytes <= (connection.info?.max_payload ?? Number.POSITIVE_INFINITY)) return true;
    after.logger.warn({ bytes }, 'an event is larger than the bus takes; it is read from the log');
    return false;
  }

  return async (events: readonly RecordedEvent[]): Promise<void> => {
    const messages = splitByBytes(events, MESSAGE_MAX_BYTES).map(summarized).filter(isTaken);
    const last = messages.pop();
    for (const { message, summary } of messages) {
      summary.set(EXPECTED_LAST_SEQUENCE, String(sequence));
      sequence += 1;
      connection.publish(subject, message, { headers: summary });
    }
    if (last === undefined) return;
    const expect = { lastSequence: sequence };
    sequence += 1;
    await client.publish(subject, last.message, { expect, headers: last.summary, timeout: PUBLISH_TIMEOUT_MS });
  };
}

/** A message, and the headers that say what is in it. */
interface Summarized {
  readonly message: string;
  readonly summary: MsgHdrs;
}

function summarized(events: readonly RecordedEvent[]): Summarized {
  const summary = headers();
  const text = summaryText(events);
  if (text !== undefined) summary.set(SUMMARY_HEADER, text);
  return { message: eventsToMessage(events), summary };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
