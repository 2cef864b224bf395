/** What was seen more than some ten seconds ago says little: a provider's slow minute is over, or has begun. */
export const DECAY_MS = 10_000;

/** A moving average over time, and when it was last written. 0: nothing was seen. */
export interface MovingAverage {
  readonly value: number;
  readonly atMs: number;
}

export const nothingSeen: MovingAverage = { value: 0, atMs: 0 };

/** The share of an average that is left after so long. */
export function decay(elapsedMs: number): number {
  return elapsedMs <= 0 ? 1 : Math.exp(-elapsedMs / DECAY_MS);
}

/**
 * An exponentially weighted moving average that follows a worse sample at once and forgets it slowly, so that a deployment that
 * becomes slow is left at the first sign. After Finagle's PeakEwma.
 */
export function peakEwma(average: MovingAverage, sample: number, nowMs: number): MovingAverage {
  return sample > average.value ? { value: sample, atMs: nowMs } : ewma(average, sample, nowMs);
}

/** The same, that takes better and worse samples alike. */
export function ewma({ value, atMs }: MovingAverage, sample: number, nowMs: number): MovingAverage {
  if (value === 0) return { value: sample, atMs: nowMs };
  const kept = decay(nowMs - atMs);
  return { value: value * kept + sample * (1 - kept), atMs: nowMs };
}
