/** How many requests were admitted in the clock minute that began at `startMs`. */
export interface RequestCount {
  readonly startMs: number;
  readonly requests: number;
}

/** The quota's window: a clock minute. */
export const REQUEST_WINDOW_MS = 60_000;

/**
 * How far a clock may step back and still meet the count it made before: two windows cover what a time server corrects.
 * After a greater step the old count is void, or a user would wait for hours on the word of a clock that was wrong.
 */
const CLOCK_STEP_BACK_MAX_MS = 2 * REQUEST_WINDOW_MS;

export const emptyRequestCount: RequestCount = { startMs: 0, requests: 0 };

/** The count of the window in force at a moment, given the latest one: that one, or a new window without requests. */
export function requestCountAt(latest: RequestCount, atMs: number): RequestCount {
  const startMs = atMs - (atMs % REQUEST_WINDOW_MS);
  const isLatest = startMs <= latest.startMs && startMs >= latest.startMs - CLOCK_STEP_BACK_MAX_MS;
  return isLatest ? latest : { startMs, requests: 0 };
}

/** The latest count after one more request. */
export function countRequest(latest: RequestCount, atMs: number): RequestCount {
  const { startMs, requests } = requestCountAt(latest, atMs);
  return { startMs, requests: requests + 1 };
}
