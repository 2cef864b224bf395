import type { EventType, GatewayEvent } from '#contracts/events.ts';

/** The fields that the log keeps around an event's body. */
export interface Envelope {
  /** The partition; 0 until there are several. */
  readonly part: number;
  /** The gapless place in the partition's log, from 1. A number is safe up to 2^53. */
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  /** The place in the stream, from 1. */
  readonly version: number;
  readonly schemaVersion: number;
  readonly recordedAtMs: number;
  /** The writer's term of office. It never falls along the log. */
  readonly epoch: number;
  /** The id of the request or admin call that this belongs to. */
  readonly correlationId: string;
  /** The event that this one follows from; empty if it follows from a command. */
  readonly causationId: string;
  /** The body's exact text, as it was hashed. */
  readonly body: string;
}

/**
 * An event in the log. `data` is its body, parsed at the latest when it is read. All subscribers share the object: never
 * change it. `traceparent` is not in the log: only an event that came as it was committed may have one.
 */
export type RecordedEvent<T extends EventType = EventType> = Envelope &
  GatewayEvent<T> & { readonly traceparent?: string | undefined };
