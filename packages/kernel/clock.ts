/** Milliseconds since 1970 UTC, as an argument wherever a rule needs the time. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Microseconds since 1970 UTC, whole, by this machine; never goes back while the process runs. */
export const systemClockUs = (): number => Math.floor((performance.timeOrigin + performance.now()) * 1_000);
