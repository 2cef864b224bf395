import type { Strategy } from '#contracts/routing.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { byTurns } from './by-turns.ts';
import { byScore, type Circumstances, type Contender, LAST } from './contender.ts';
import { fractionOf, mixed } from './hash.ts';
import { sortTier } from './sort-tier.ts';

interface StrategyRule {
  /** Puts the deployments of one tier into the order of trial, in place. */
  order(tier: Contender[], given: Circumstances): void;
  /** What it went by, for the log; empty: nothing beyond the place. */
  fact(contender: Contender): string;
}

export const strategyTable: Readonly<Record<Strategy, StrategyRule>> = {
  /** As they are given. */
  priority: { order: () => undefined, fact: () => '' },
  round_robin: { order: (tier, given) => byTurns(tier, given, new Array<number>(tier.length).fill(1)), fact: () => '' },
  weighted: { order: byWeight, fact: weightFact },
  random: {
    order(tier, { random }) {
      for (const contender of tier) draw(contender, 1 - random(), contender.weight);
      sortTier(tier, byScore);
    },
    fact: weightFact,
  },
  least_connections: {
    order(tier, given) {
      for (const contender of tier) {
        contender.measure = contender.inFlight;
        contender.score = contender.measure / contender.weight;
        contender.tie = drawn(1 - given.random(), contender.weight);
      }
      sortTier(tier, byScore);
    },
    fact: ({ measure }) => `${measure} in flight`,
  },
  lowest_latency: {
    order: byLatency,
    fact: ({ measure }) => (measure === 0 ? 'not known yet' : `${Math.round(measure)} ms expected`),
  },
  lowest_cost: {
    order(tier, given) {
      for (const contender of tier) {
        contender.score = contender.inFlight / contender.weight;
        contender.tie = given.random();
      }
      sortTier(tier, byCost);
    },
    fact: ({ costNanoUsd }) => (costNanoUsd === undefined ? 'cost not known' : `${formatUsd(costNanoUsd)} USD`),
  },
  rate_headroom: { order: byHeadroom, fact: ({ measure }) => `${(measure / 100).toFixed(0)} % left` },
  sticky: {
    order(tier, given) {
      const { stickyHash } = given;
      if (stickyHash === undefined) {
        byWeight(tier, given);
        return;
      }
      // Weighted rendezvous hashing: each deployment draws by itself, so that one more or fewer moves only its own keys.
      for (const contender of tier) draw(contender, fractionOf(mixed(contender.mark ^ stickyHash)), contender.weight);
      sortTier(tier, byScore);
    },
    fact: weightFact,
  },
};

function byWeight(tier: Contender[], given: Circumstances): void {
  const weights = tier.map(({ weight }) => weight);
  byTurns(tier, given, weights);
}

function weightFact({ weight }: Contender): string {
  return `weight ${weight}`;
}

/**
 * Power of two choices: of two deployments drawn at random, the one with the lower expected time. All routers and all requests at
 * once would run to the one fastest; so they spread, and the slowest gets nothing. The others follow, the fastest first.
 */
function byLatency(tier: Contender[], { nowMs, random }: Circumstances): void {
  for (const contender of tier) {
    contender.measure = contender.expectedMs(nowMs);
    contender.score = contender.measure;
    contender.tie = random();
  }
  sortTier(tier, byScore);
  if (tier.length < 3) return;
  const one = Math.floor(random() * tier.length);
  const other = Math.floor(random() * (tier.length - 1));
  const chosen = Math.min(one, other < one ? other : other + 1);
  if (chosen > 0) tier.unshift(...tier.splice(chosen, 1));
}

/** Unknown costs last; of equal costs the one with the fewest calls in flight. */
function byCost(a: Contender, b: Contender): number {
  if (a.costNanoUsd === b.costNanoUsd) return byScore(a, b);
  if (a.costNanoUsd === undefined) return 1;
  if (b.costNanoUsd === undefined) return -1;
  return a.costNanoUsd < b.costNanoUsd ? -1 : 1;
}

/**
 * Drawn by weight times the cube of what is left: much more is left at one, and it is the first nearly always; as much at both,
 * and they share. The one with the most would always be first by a hair, for all requests and routers until the next answer says
 * what is left, and one that tells nothing would be first for ever.
 */
function byHeadroom(tier: Contender[], { nowMs, random }: Circumstances): void {
  for (const contender of tier) {
    const left = contender.headroomBasisPoints(nowMs);
    const share = left / 10_000;
    contender.measure = left;
    contender.tie = left === 0 ? random() : 0;
    contender.score = left === 0 ? LAST : drawn(1 - random(), contender.weight * share * share * share);
  }
  sortTier(tier, byScore);
}

function draw(contender: Contender, fraction: number, weight: number): void {
  contender.score = drawn(fraction, weight);
  contender.tie = 0;
}

/** The lowest of these is each one's with the odds of its weight (Efraimidis and Spirakis). `fraction`: above 0, at most 1. */
function drawn(fraction: number, weight: number): number {
  return -Math.log(fraction) / weight;
}
