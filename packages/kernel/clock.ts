/** Milliseconds since 1970 UTC. Rules take the time as an argument. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Whole microseconds since 1970 UTC by this machine. Never goes back while the process runs. */
export const systemClockUs = (): number => Math.floor((performance.timeOrigin + performance.now()) * 1_000);
