/** Any odd number does; a fixed one repeats the same jitter in each run. */
const seed = 0x9e3779b9;

/** A source of whole numbers from 0 to `max`, the same sequence in each run (mulberry32). */
export function createJitter(): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (max + 1));
  };
}
