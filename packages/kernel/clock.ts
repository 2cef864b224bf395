/** Milliseconds since 1970 UTC, as an argument wherever a rule needs the time. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
