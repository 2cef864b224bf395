import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '#bus/connect-bus.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { createSubscriptions, type LiveSubscriptions } from '#journal/subscription.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import type { Logger } from '#telemetry/logger.ts';
import { type EventFeed, startEventFeed } from './event-feed.ts';
import { createLogReader } from './log-reader.ts';
import { createRemoteAppends, type RemoteAppends } from './remote-appends.ts';

/** How often this process asks for the log's head, and how long the bus has to bring the events up to that head. */
const HEAD_INTERVAL_MS = 500;

/** The events of one reading by a subscriber that is behind. */
const READ_MAX_EVENTS = 512;

export interface RemoteJournalOptions {
  readonly bus: Bus;
  /** The journal's gRPC servers. */
  readonly peer: RpcPeer;
  readonly part: number;
  /** The name of this process' consumer on the bus: letters, digits, dashes. */
  readonly consumer: string;
  readonly logger: Logger;
}

/** The log of another process. */
export interface RemoteJournal extends Journal {
  /** The newest position that this process knows. */
  knownHead(): number;
  close(): Promise<void>;
}

/** What this process knows of the log's end, and how it learns more. */
interface Following {
  readonly options: RemoteJournalOptions;
  readonly appends: RemoteAppends;
  readonly subscriptions: LiveSubscriptions;
  readonly closing: AbortController;
  /** The newest known position. */
  head: number;
  /** The newest position that subscribers should have by now. */
  expected: number;
}

/**
 * The log over the bus and gRPC. Appends go to its writer, committed events come by JetStream, and missing events are
 * read from the log. Nothing here waits: while a part is away, calls reject with a `Fault` (`unavailable`) and events
 * come late.
 */
export function connectJournal(options: RemoteJournalOptions): RemoteJournal {
  const { bus, peer, part, logger } = options;
  const appends = createRemoteAppends(bus, part);
  const reader = createLogReader(peer);

  async function readAfter(position: number, maxEvents = READ_MAX_EVENTS): Promise<readonly RecordedEvent[]> {
    return reader.readSome(position, Math.min(maxEvents, READ_MAX_EVENTS));
  }

  const subscriptions = createSubscriptions({ head: () => following.expected, readAfter, logger });
  const closing = new AbortController();
  const following: Following = { options, appends, subscriptions, closing, head: 0, expected: 0 };
  // A process that only appends needs no events.
  let feed: EventFeed | undefined;
  let watching: Promise<void> | undefined;

  return {
    append: appends.append,
    head: () => catchUp(following),
    knownHead: () => following.head,
    read: (afterPosition) => reader.read(afterPosition),
    async readStream(stream) {
      // The writer may be about to write an append that an earlier call gave up on. Without this wait, the stream would
      // be read before that append and look as if it never came.
      if (appends.hasUnknown()) await askHead(following);
      return reader.readStream(stream);
    },
    subscribe(subscriber) {
      feed ??= openFeed(following);
      watching ??= watchHead(following);
      return subscriptions.subscribe(subscriber);
    },
    async close() {
      closing.abort();
      await Promise.all([feed?.close(), watching]);
      await subscriptions.close();
      reader.close();
    },
  };
}

function openFeed(following: Following): EventFeed {
  const { bus, part, consumer, logger } = following.options;
  const came = (position: number): void => {
    following.expected = Math.max(following.expected, position);
    following.head = Math.max(following.head, following.expected);
  };
  return startEventFeed({
    bus,
    part,
    consumer,
    logger,
    onEvents(events) {
      came(events.at(-1)?.position ?? 0);
      following.subscriptions.offer(events);
    },
    isWanted: following.subscriptions.wants,
    onUnwanted(firstPosition, lastPosition) {
      came(lastPosition);
      following.subscriptions.pass(firstPosition, lastPosition);
    },
    onBegin: () => void catchUp(following).catch(() => undefined),
  });
}

async function watchHead(following: Following): Promise<void> {
  const { signal } = following.closing;
  while (!signal.aborted) {
    // Callers learn of the outage from their own failing appends.
    const position = await askHead(following).catch(() => 0);
    if (following.expected === 0) expect(following, position);
    // The bus has this long to bring the events up to this head.
    await pause(HEAD_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    expect(following, position);
  }
}

async function catchUp(following: Following): Promise<number> {
  const position = await askHead(following);
  expect(following, position);
  return position;
}

async function askHead(following: Following): Promise<number> {
  const position = await following.appends.head();
  if (position > following.head) following.head = position;
  return position;
}

/** Subscribers read the events up to this position from the log if the bus has not brought them. */
function expect(following: Following, position: number): void {
  if (position > following.expected) following.expected = position;
  following.subscriptions.wake();
}
