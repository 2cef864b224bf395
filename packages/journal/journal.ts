import type { EventType, GatewayEvent } from '#contracts/events.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** An event on its way into the log. */
export type NewEvent<T extends EventType = EventType> = GatewayEvent<T> & {
  readonly eventId: string;
  /** The text of `data`, where another process has written it: the log takes it as it is. Absent: not written yet. */
  readonly body?: string;
};

/** One stream's next events: all of them are appended, or none. */
export interface AppendRequest {
  readonly stream: string;
  /** The version the stream must have now; 0: it must not exist. */
  readonly expectedVersion: number;
  readonly events: readonly NewEvent[];
  readonly correlationId: string;
  /** The event these follow from; empty where they follow from a command. */
  readonly causationId: string;
  /** The term its author leads a service in; written only while no later one has begun. Absent: nobody's term. */
  readonly term?: Term | undefined;
  /** The step of a trace this belongs to, as W3C's `traceparent`; absent: it is not traced. */
  readonly traceparent?: string | undefined;
}

/** A time in which one process alone decides for a service. The log knows when the next one began. */
export interface Term {
  readonly service: string;
  /** 1 for the first, then one more each time. */
  readonly epoch: number;
}

/**
 * `appended`: durable (now, or already by an earlier call with the same ids and bytes: `isRepeat`), the last event at
 * `position`. `version-conflict`: nothing was written, the stream is at `actualVersion`.
 */
export type AppendResult =
  | { readonly kind: 'appended'; readonly position: number; readonly isRepeat: boolean }
  | { readonly kind: 'version-conflict'; readonly actualVersion: number };

/** Given every event after a position, in log order, none twice and none left out. */
export interface Subscriber {
  readonly name: string;
  /** The last position the subscriber has already seen; 0: none. */
  readonly afterPosition: number;
  /**
   * Called with the next events, and with whether more are committed already; while it returns a promise the next call
   * waits for it. A throw or rejection is logged and the same events are given again after a pause.
   */
  readonly onEvents: (events: readonly RecordedEvent[], isMoreWaiting: boolean) => void | Promise<void>;
}

export interface Subscription {
  /** The position up to which the subscriber has taken events. */
  position(): number;
  /** Resolves when the subscriber has taken the event at `position`. */
  reached(position: number): Promise<void>;
  /** Stops after the call under way. */
  close(): Promise<void>;
}

/** The log as every service sees it. */
export interface Journal {
  /**
   * Appends durably. Rejects with a `Fault`: `unavailable` where the log cannot be written now (nothing is known to be
   * written), `conflict` where an event id is taken by other bytes, `superseded` where its term is over (nothing is
   * written).
   */
  append(request: AppendRequest): Promise<AppendResult>;
  /** The last position that was durable at the time of the call or later; 0 for an empty log. */
  head(): Promise<number>;
  /** The events of one stream, in order. */
  readStream(stream: string): Promise<RecordedEvent[]>;
  /** Events after a position up to the head at the time of the call, in batches. */
  read(afterPosition: number): AsyncIterable<RecordedEvent[]>;
  subscribe(subscriber: Subscriber): Subscription;
}
