import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { Bus } from '#bus/connect-bus.ts';
import { categoryOf, eventsOf } from '#bus/subjects.ts';
import { eventToMessage } from '#journal/event-message.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { Logger } from '#telemetry/logger.ts';
import { openEventStream } from './event-stream.ts';

/** A stream that was wiped gets the newest of the log again, as many as it keeps half of. */
const REPUBLISHED_MAX_EVENTS = 1_000_000;
/** Sent before the first is acknowledged. */
const IN_FLIGHT_MAX_EVENTS = 1_024;
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
  readonly logger: Logger;
}): Relay {
  const { bus, journal, part, replicas, logger } = options;
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
    const end = await openEventStream(manager, { part, replicas, head, logger });
    position = end.position > 0 ? end.position : Math.max(0, head - REPUBLISHED_MAX_EVENTS);
    logger.info({ sequence: end.sequence, position, head }, 'relaying events');
    const publish = publisher(jetstream(bus.connection), part, end.sequence);
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
    let failure: unknown;
    const subscription = journal.subscribe({
      name: 'relay',
      afterPosition: position,
      async onEvents(events) {
        // Whether the failed ones arrived is not known: only the stream's end says what comes next.
        if (failure !== undefined) throw failure;
        try {
          await publish(events);
          position = events.at(-1)?.position ?? position;
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

/** Publishes events after a sequence, several at once; rejects where one of them is not where it should be. */
function publisher(client: JetStreamClient, part: number, afterSequence: number) {
  let sequence = afterSequence;
  return async (events: readonly RecordedEvent[]): Promise<void> => {
    for (let from = 0; from < events.length; from += IN_FLIGHT_MAX_EVENTS) {
      const sent = events.slice(from, from + IN_FLIGHT_MAX_EVENTS).map((event) => {
        const expect = { lastSequence: sequence };
        sequence += 1;
        return client.publish(eventsOf(part, categoryOf(event.stream)), eventToMessage(event), {
          expect,
          ...(event.traceparent === undefined ? {} : { headers: traceHeaders(event.traceparent) }),
          timeout: PUBLISH_TIMEOUT_MS,
        });
      });
      await Promise.all(sent);
    }
  };
}

function traceHeaders(traceparent: string): MsgHdrs {
  const all = headers();
  all.set('traceparent', traceparent);
  return all;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
