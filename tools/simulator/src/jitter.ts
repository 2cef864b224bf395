/** A fixed seed repeats the same jitter in each run. Any odd number would do. */
const SEED = 0x9e3779b9;

/** A source of whole numbers from 0 to `maxMs`, the same sequence in each run (mulberry32). */
export function createJitter(): (maxMs: number) => number {
  let state = SEED;
  return (maxMs) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (maxMs + 1));
  };
}
