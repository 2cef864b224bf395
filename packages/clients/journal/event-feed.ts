import { setTimeout as pause } from 'node:timers/promises';
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { Bus } from '#bus/connect-bus.ts';
import { eventStreamName } from '#bus/subjects.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { Logger } from '#telemetry/logger.ts';
import { eventsFromMessage } from './event-message.ts';
import { type MessageSummary, readSummary, SUMMARY_HEADER } from './message-summary.ts';

/** The server forgets a consumer that nobody reads from for this long: its process is gone for good. */
const INACTIVE_MS = 300_000;
/** Far longer than the time between two acknowledgements. A redelivered event is skipped by its position. */
const ACK_WAIT_MS = 60_000;
/** The time between two acknowledgements. One covers all messages before it. */
const ACK_INTERVAL_MS = 500;
const RETRY_MS = 500;
/** How many messages are requested ahead. Each has many events, so this is some megabytes. */
const PULL_MAX_MESSAGES = 50;
/** How often the server shows that it is there. After two missed signs, the client pulls anew. */
const HEARTBEAT_MS = 1_000;
const PULL_EXPIRES_MS = 5_000;

const nanoseconds = (ms: number): number => ms * 1_000_000;

export interface EventFeedOptions {
  readonly bus: Bus;
  readonly part: number;
  /** The consumer's name on the server, which keeps its place while the process or the bus is away. */
  readonly consumer: string;
  readonly logger: Logger;
  /** Takes committed events in log order, without a gap among those of one call. */
  readonly onEvents: (events: readonly RecordedEvent[]) => void;
  /** Whether anybody here wants events of a type. A message without any is not read. */
  readonly isWanted: (type: string) => boolean;
  /** Takes the place of `onEvents` for the events of such a message, from one position to another. */
  readonly onUnwanted: (firstPosition: number, lastPosition: number) => void;
  /** The feed begins, or begins anew. It does not contain events that were committed meanwhile. */
  readonly onBegin: () => void;
}

export interface EventFeed {
  close(): Promise<void>;
}

/**
 * Hands on the messages of JetStream as soon as they come. This is only a feed: the receiver checks positions and reads
 * missing events from the log. A stream that was wiped or trimmed, or a lost consumer, delays an event and never loses
 * it.
 *
 * The feed therefore acknowledges a message on arrival, whichever subscriber still has to take it. Otherwise JetStream
 * would keep a day of messages for a read model that is stuck for a day, and send them again every minute.
 */
export function startEventFeed(options: EventFeedOptions): EventFeed {
  const feed: Feed = {
    options,
    stream: eventStreamName(options.part),
    closing: new AbortController(),
    messages: undefined,
    arrived: [],
    unacknowledged: undefined,
  };
  const running = Promise.all([keepOpen(feed), acknowledgeRegularly(feed)]);
  return {
    async close() {
      feed.closing.abort();
      feed.messages?.stop();
      await running;
    },
  };
}

interface Feed {
  readonly options: EventFeedOptions;
  /** The JetStream stream's name. */
  readonly stream: string;
  readonly closing: AbortController;
  messages: ConsumerMessages | undefined;
  /** The messages of this turn of the event loop. */
  arrived: JsMsg[];
  /** The last message that was handed on and is not acknowledged yet. */
  unacknowledged: JsMsg | undefined;
}

async function keepOpen(feed: Feed): Promise<void> {
  const { signal } = feed.closing;
  const { logger, onBegin } = feed.options;
  let isBroken = false;
  while (!signal.aborted) {
    try {
      feed.messages = await openConsumer(feed);
      // If the feed was closed meanwhile, nothing else would stop these messages, and their iterator would never end.
      if (signal.aborted) feed.messages.stop();
      isBroken = false;
      onBegin();
      const error = await feed.messages.closed();
      if (error instanceof Error) throw error;
    } catch (error) {
      if (!isBroken && !signal.aborted) logger.warn({ err: error }, 'events do not come by the bus now');
      isBroken = true;
    }
    await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function openConsumer(feed: Feed): Promise<ConsumerMessages> {
  const { bus, consumer: name } = feed.options;
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  await manager.consumers.add(feed.stream, {
    durable_name: name,
    deliver_policy: DeliverPolicy.New,
    ack_policy: AckPolicy.All,
    ack_wait: nanoseconds(ACK_WAIT_MS),
    // A subscriber that falls behind reads from the log. Holding the others back would help nobody.
    max_ack_pending: -1,
    inactive_threshold: nanoseconds(INACTIVE_MS),
  });
  const consumer = await jetstream(bus.connection).consumers.get(feed.stream, name);
  feed.unacknowledged = undefined;
  return consumer.consume({
    max_messages: PULL_MAX_MESSAGES,
    expires: PULL_EXPIRES_MS,
    idle_heartbeat: HEARTBEAT_MS,
    abort_on_missing_resource: true,
    callback: (message) => take(feed, message),
  });
}

function take(feed: Feed, message: JsMsg): void {
  // Messages that arrive together are handed on together.
  if (feed.arrived.length === 0) setImmediate(handOn, feed);
  feed.arrived.push(message);
}

function handOn(feed: Feed): void {
  const { onEvents, onUnwanted, logger } = feed.options;
  const batch = feed.arrived;
  feed.arrived = [];
  let events: RecordedEvent[] = [];
  const flush = (): void => {
    if (events.length > 0) onEvents(events);
    events = [];
  };
  for (const message of batch) {
    const unwanted = unwantedIn(message, feed);
    if (unwanted !== undefined) {
      flush();
      onUnwanted(unwanted.firstPosition, unwanted.lastPosition);
      continue;
    }
    const read = eventsOf(message, logger);
    const [first] = read;
    const last = events.at(-1);
    if (first !== undefined && last !== undefined && first.position !== last.position + 1) flush();
    events.push(...read);
  }
  flush();
  feed.unacknowledged = batch.at(-1);
}

/** What a message has of which nobody here wants anything; undefined: it is to be read. */
function unwantedIn({ headers }: JsMsg, { options }: Feed): MessageSummary | undefined {
  const summary = readSummary(headers?.get(SUMMARY_HEADER) ?? '');
  return summary === undefined || summary.types.some(options.isWanted) ? undefined : summary;
}

function eventsOf(message: JsMsg, logger: Logger): RecordedEvent[] {
  try {
    return eventsFromMessage(message.data);
  } catch (error) {
    logger.error({ err: error, sequence: message.seq }, 'events on the bus cannot be read; the log has them');
    return [];
  }
}

async function acknowledgeRegularly(feed: Feed): Promise<void> {
  const { signal } = feed.closing;
  while (!signal.aborted) {
    await pause(ACK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    feed.unacknowledged?.ack();
    feed.unacknowledged = undefined;
  }
}
