import type { EventBodies } from '#contracts/events.ts';

/** The body of a request's `UsageRecorded`. */
export type UsageBody = EventBodies['UsageRecorded'];
export type AttemptBody = UsageBody['attempts'][number];
export type Outcome = Exclude<UsageBody['outcome'], 'OUTCOME_UNSPECIFIED'>;
