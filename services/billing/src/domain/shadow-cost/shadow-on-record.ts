import type { EventBodies } from '#contracts/events.ts';

/** A copy of a request that is on record. */
export interface ShadowOnRecord {
  readonly requestId: string;
  readonly position: number;
  readonly eventId: string;
  readonly recordedAtMs: number;
  readonly data: EventBodies['ShadowRecorded'];
}
