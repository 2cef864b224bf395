import type { EventType, GatewayEvent } from '#contracts/events.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** An event on its way into the log. */
export type NewEvent<T extends EventType = EventType> = GatewayEvent<T> & {
  readonly eventId: string;
  /** The text of `data`, if another process has written it: the log takes it as it is. Absent: not written yet. */
  readonly body?: string;
};

/** The next events of one stream. All of them are appended, or none. */
export interface AppendRequest {
  readonly stream: string;
  /** The version that the stream must have now; 0: the stream must not exist. */
  readonly expectedVersion: number;
  readonly events: readonly NewEvent[];
  readonly correlationId: string;
  /** The event that these follow from; empty if they follow from a command. */
  readonly causationId: string;
  /** The leader's term. The log writes the events only if no later term has begun. Absent: the author needs no term. */
  readonly term?: Term | undefined;
  /** The step of a trace that this belongs to, as W3C's `traceparent`; absent: not traced. */
  readonly traceparent?: string | undefined;
}

/** A time in which one process alone decides for a service. The log knows when the next term begins. */
export interface Term {
  readonly service: string;
  /** 1 for the first term, then one more for each. */
  readonly epoch: number;
}

/**
 * `appended`: durable, with the last event at `position`. `isRepeat`: an earlier call with the same ids and bytes wrote
 * the events. `version-conflict`: nothing was written, and the stream is at `actualVersion`.
 */
export type AppendResult =
  | { readonly kind: 'appended'; readonly position: number; readonly isRepeat: boolean }
  | { readonly kind: 'version-conflict'; readonly actualVersion: number };

/** Gets every event after a position that it wants, in log order, none twice and none left out. */
export interface Subscriber {
  readonly name: string;
  /** The last position that the subscriber has already seen; 0: none. */
  readonly afterPosition: number;
  /** The types that it wants. Its position moves over the others, and it is not called for them. Absent: all. */
  readonly types?: ReadonlySet<EventType>;
  /**
   * Called with the next events, and with whether more are already committed. If it returns a promise, the next call
   * waits for it. If it throws or rejects, the fault is logged and the same events are given again after a pause.
   */
  readonly onEvents: (events: readonly RecordedEvent[], isMoreWaiting: boolean) => void | Promise<void>;
}

export interface Subscription {
  /** The subscriber has taken events up to this position. */
  position(): number;
  /** Resolves when the subscriber has taken the event at `position`. */
  reached(position: number): Promise<void>;
  /** Stops after the current call. */
  close(): Promise<void>;
}

/** The log as every service sees it. */
export interface Journal {
  /**
   * Appends durably. Rejects with a `Fault`: `unavailable` if the log cannot be written now (it is unknown whether
   * anything is written), `conflict` if other bytes have taken an event id, `superseded` if the term is over (nothing
   * is written).
   */
  append(request: AppendRequest): Promise<AppendResult>;
  /** A position that was the log's last durable one at the time of the call or later; 0 for an empty log. */
  head(): Promise<number>;
  /** The events of one stream, in order. */
  readStream(stream: string): Promise<RecordedEvent[]>;
  /** Events after a position up to the head at the time of the call, in batches. */
  read(afterPosition: number): AsyncIterable<RecordedEvent[]>;
  subscribe(subscriber: Subscriber): Subscription;
}
