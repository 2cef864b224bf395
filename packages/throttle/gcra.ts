/** A throttle: so many requests a minute in the long run, and so many at once. */
export interface RateLimit {
  readonly requestsPerMinute: number;
  /** How many requests may come at once after a rest; at least 1. */
  readonly burst: number;
}

/** In microseconds, every rate up to a million a second is a whole number. */
const MINUTE_US = 60_000_000;

/** A limit's state is one number: the theoretical arrival time, up to which its requests are spread at the rate. */
export interface GcraStep {
  readonly isAllowed: boolean;
  /** The arrival time after an allowed request. */
  readonly arrivalUs: number;
  /** What of the stored time counts: to be stored in its place where it is less and the request is refused. */
  readonly countedUs: number;
  /** The time until the same request would be allowed; 0 if it is allowed. */
  readonly retryAfterUs: number;
}

/** The time that one request uses up of a limit. */
export function emissionUs({ requestsPerMinute }: RateLimit): number {
  return Math.max(1, Math.floor(MINUTE_US / requestsPerMinute));
}

/**
 * The generic cell rate algorithm (ITU-T I.371) for one request. It has no window whose edge lets twice as many
 * through, and one number of state. A stored time may be of a lower limit: it counts for no more than all of this one,
 * or a client would be refused for hours after its limit is raised. All values are whole microseconds, so that Redis and this code compute the same.
 */
export function gcra(storedArrivalUs: number, nowUs: number, limit: RateLimit): GcraStep {
  const stepUs = emissionUs(limit);
  const countedUs = Math.min(storedArrivalUs, nowUs + stepUs * limit.burst);
  const arrivalUs = Math.max(countedUs, nowUs) + stepUs;
  const allowedAtUs = arrivalUs - stepUs * limit.burst;
  if (nowUs < allowedAtUs) return { isAllowed: false, arrivalUs, countedUs, retryAfterUs: allowedAtUs - nowUs };
  return { isAllowed: true, arrivalUs, countedUs, retryAfterUs: 0 };
}
