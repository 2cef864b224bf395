import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '#bus/connect-bus.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { Journal } from '../journal.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { createSubscriptions } from '../subscription.ts';
import { type EventFeed, startEventFeed } from './event-feed.ts';
import { createLogReader } from './log-reader.ts';
import { createRemoteAppends } from './remote-appends.ts';

/** How often the log is asked where it ends, and how long the bus has to bring the events up to there. */
const HEAD_INTERVAL_MS = 500;

/** Events of one reading by a subscriber that is behind. */
const READ_MAX_EVENTS = 512;

export interface RemoteJournalOptions {
  readonly bus: Bus;
  /** The journal's gRPC servers. */
  readonly peer: RpcPeer;
  readonly part: number;
  /** Of this process' consumer on the bus: letters, digits, dashes. */
  readonly consumer: string;
  readonly logger: Logger;
}

/** The log of another process. */
export interface RemoteJournal extends Journal {
  /** The newest position this process knows of. */
  knownHead(): number;
  close(): Promise<void>;
}

/**
 * The log over the bus and gRPC: appends go to its writer, events come by JetStream as they are committed, and what is
 * missing of them is read from the log. Nothing is waited for here: while a part is away, calls reject with a `Fault`
 * (`unavailable`) and events come late.
 */
export function connectJournal({ bus, peer, part, consumer, logger }: RemoteJournalOptions): RemoteJournal {
  const appends = createRemoteAppends(bus, part);
  const reader = createLogReader(peer);
  const closing = new AbortController();
  /** The newest position that is known of. */
  let head = 0;
  /** The newest that subscribers should have by now. */
  let expected = 0;
  const subscriptions = createSubscriptions({ head: () => expected, readAfter, logger });

  async function readAfter(position: number, maxEvents = READ_MAX_EVENTS): Promise<readonly RecordedEvent[]> {
    return reader.readSome(position, Math.min(maxEvents, READ_MAX_EVENTS));
  }

  /** What there is up to here is read where it has not come by the bus. */
  function expect(position: number): void {
    if (position > expected) expected = position;
    subscriptions.wake();
  }

  async function askHead(): Promise<number> {
    const position = await appends.head();
    if (position > head) head = position;
    return position;
  }

  async function watchHead(): Promise<void> {
    while (!closing.signal.aborted) {
      // Its failure is nothing new to those whose appends fail as well.
      const position = await askHead().catch(() => 0);
      if (expected === 0) expect(position);
      // The bus has this long to bring what it says.
      await pause(HEAD_INTERVAL_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      expect(position);
    }
  }

  async function catchUp(): Promise<number> {
    const position = await askHead();
    expect(position);
    return position;
  }

  // Who only appends needs no events.
  let feed: EventFeed | undefined;
  const openFeed = (): EventFeed =>
    startEventFeed({
      bus,
      part,
      consumer,
      logger,
      onEvents(events) {
        expected = Math.max(expected, events.at(-1)?.position ?? 0);
        head = Math.max(head, expected);
        subscriptions.offer(events);
      },
      onBegin: () => void catchUp().catch(() => undefined),
    });
  let watching: Promise<void> | undefined;

  return {
    append: appends.append,
    head: catchUp,
    knownHead: () => head,
    read: (afterPosition) => reader.read(afterPosition),
    async readStream(stream) {
      // The writer may still be about to write what an earlier call gave up on: without this, the stream would be read
      // before it, and look as if it never came.
      if (appends.hasUnknown()) await askHead();
      return reader.readStream(stream);
    },
    subscribe(subscriber) {
      feed ??= openFeed();
      watching ??= watchHead();
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
