import type { EventType, GatewayEvent } from '#contracts/events.ts';

/** What the log keeps around an event's body. */
export interface Envelope {
  /** The partition; 0 until there are several. */
  readonly part: number;
  /** Gapless place in the partition's log, from 1. Safe as a number up to 2^53. */
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  /** Place in the stream, from 1. */
  readonly version: number;
  readonly schemaVersion: number;
  readonly recordedAtMs: number;
  /** The writer's term of office; never falls along the log. */
  readonly epoch: number;
  /** What this belongs to: a request's id, an admin call's id. */
  readonly correlationId: string;
  /** The event this one follows from; empty where it follows from a command. */
  readonly causationId: string;
  /** The body's exact text, as it was hashed. */
  readonly body: string;
}

/**
 * An event in the log. Its `data` is its body, parsed at the latest when it is read. Shared by all subscribers: never to be
 * changed. Its `traceparent` is not of the log: only one that came as it was committed may have it.
 */
export type RecordedEvent<T extends EventType = EventType> = Envelope &
  GatewayEvent<T> & { readonly traceparent?: string | undefined };
