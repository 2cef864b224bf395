import type { EventBodies } from '#contracts/events.ts';

/** What is put on record of a request. */
export type UsageBody = EventBodies['UsageRecorded'];
export type AttemptBody = UsageBody['attempts'][number];
export type Outcome = Exclude<UsageBody['outcome'], 'OUTCOME_UNSPECIFIED'>;
