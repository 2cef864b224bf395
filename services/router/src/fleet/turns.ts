import { turnsAfter } from '../domain/strategy/by-turns.ts';
import type { Contender } from '../domain/strategy/contender.ts';
import { mixed } from '../domain/strategy/hash.ts';

/** More sets than any policy has; the oldest is forgotten first, and begins anew. */
const SETS_MAX = 10_000;
/** How far into its turns a new set may begin: some rounds of most sets. */
const FIRST_TURNS_MAX = 128;

/** Whose turn is next, by set of deployments: each set is fair by itself, so that all requests together are. */
export interface Turns {
  /** The running weights of a set, to be written on by what takes a turn. `salt`: the same for the same strategy. */
  of(tier: readonly Contender[], weights: readonly number[], salt: number): number[];
}

/**
 * `seed`: a whole number that no other router has. Sets begin at a turn that it decides: a fleet of routers, or a set that few
 * requests have, must not always begin with the first.
 */
export function createTurns({ seed, setsMax = SETS_MAX }: { seed: number; setsMax?: number }): Turns {
  const sets = new Map<number, number[]>();

  return {
    of(tier, weights, salt) {
      const key = keyOf(tier, salt);
      const known = sets.get(key);
      if (known !== undefined && known.length === tier.length) return known;
      const fresh = turnsAfter(weights, mixed((key & 0xffffffff) ^ seed) % FIRST_TURNS_MAX);
      const oldest = sets.size >= setsMax ? sets.keys().next().value : undefined;
      if (oldest !== undefined) sets.delete(oldest);
      sets.set(key, fresh);
      return fresh;
    },
  };
}

/** 53 bits of a set in its order. Two sets that share them share their turns, which harms nobody. */
function keyOf(tier: readonly Contender[], salt: number): number {
  let low = salt;
  let high = salt;
  for (const { mark } of tier) {
    low = mixed(low ^ mark);
    high = Math.imul(high, 0x01000193) ^ mark;
  }
  return (low >>> 0) * 2 ** 21 + (mixed(high) >>> 11);
}
