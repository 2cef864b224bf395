import type { PricedOne } from './priced-candidates.ts';

/** More than a request is ever tried at, and than accounts of one model have providers. An admission is kept for ever. */
const CANDIDATES_MAX = 100;

/**
 * The first hundred candidates, as policy orders them. The first of each stage is among them, so that a model in another's place is
 * not lost where that one has many.
 */
export function fewEnough(all: readonly PricedOne[]): {
  readonly kept: readonly PricedOne[];
  readonly beyond: readonly PricedOne[];
} {
  if (all.length <= CANDIDATES_MAX) return { kept: all, beyond: [] };
  const firsts = new Map<number, PricedOne>();
  for (const one of all) {
    const { stage = 0 } = one.candidate;
    if (!firsts.has(stage)) firsts.set(stage, one);
  }
  const few = new Set([...new Set([...firsts.values(), ...all])].slice(0, CANDIDATES_MAX));
  return { kept: all.filter((one) => few.has(one)), beyond: all.filter((one) => !few.has(one)) };
}
