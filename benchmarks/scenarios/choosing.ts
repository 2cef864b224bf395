import { setImmediate as turn } from 'node:timers/promises';
import { type Strategy, strategies } from '#contracts/routing.ts';
import { CANDIDATES, type ChoosingWorld, createChoosingWorld } from '../load/choosing-world.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf } from '../measure/statistics.ts';
import { figureText } from '../report/figure-text.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const GOAL_CPU_US = 20;

/** Between two looks at the clock. */
const BLOCK = 1_000;

interface Case {
  readonly strategy: Strategy;
  readonly cpuUs: Figure;
}

/** What a router's choice costs, from candidates to the order of trial, by strategy. */
export const measureChoosing: Scenario = async (options, signal) => {
  const world = createChoosingWorld();
  const seconds = options.seconds / strategies.length;
  const rounds = new Map<Strategy, number[]>(strategies.map((strategy) => [strategy, []]));
  for (const strategy of strategies) {
    await cpuUsOf(world, strategy, warmUpSeconds(options) / strategies.length, signal);
  }
  await interleave(options.rounds, strategies, async (strategy) => {
    rounds.get(strategy)?.push(await cpuUsOf(world, strategy, seconds, signal));
  });
  const cases = [...rounds].map(([strategy, figures]): Case => ({ strategy, cpuUs: figureOf(figures) }));
  return {
    method: `one process orders the ${CANDIDATES} candidates of one request after another, each a deployment with calls in flight, times and rate limits seen; all strategies in turn, so that no code is compiled for one alone; CPU time of the process a choice; ${options.rounds} rounds of ${seconds.toFixed(1)} s each; median (min–max) of rounds`,
    tables: [
      {
        title: `A choice among ${CANDIDATES}`,
        columns: ['strategy', 'CPU µs'],
        rows: cases.map(({ strategy, cpuUs }) => [strategy, figureText(cpuUs, 1)]),
      },
    ],
    figures: cases,
    goals: cases.map(({ strategy, cpuUs: { median } }) => ({
      what: `a choice by ${strategy} among ${CANDIDATES} below ${GOAL_CPU_US} µs of CPU: ${median.toFixed(1)}`,
      isMet: median < GOAL_CPU_US,
    })),
    faults: [],
  };
};

async function cpuUsOf(
  world: ChoosingWorld,
  strategy: Strategy,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const endMs = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let chosen = 0;
  while (performance.now() < endMs) {
    signal.throwIfAborted();
    for (let index = 0; index < BLOCK; index += 1) world.choose(strategy, chosen + index);
    chosen += BLOCK;
    await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / chosen;
}
