import { setImmediate as turn } from 'node:timers/promises';
import { createDecisionWorld, type DecisionWorld, LIMITS } from '../load/decision-world.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf } from '../measure/statistics.ts';
import { figureText } from '../report/figure-text.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const USERS = [1_000, 1_000_000];

const GOAL_CPU_US = 50;

/** Between two looks at the clock. */
const BLOCK = 1_000;

interface Contender {
  readonly users: number;
  readonly world: DecisionWorld;
}

interface Case {
  readonly users: number;
  readonly cpuUs: Figure;
}

/** What a decision of quota costs, without the log: policy, books and counters are all in memory. */
export const measureDecisions: Scenario = async (options, signal) => {
  const contenders = USERS.map((users): Contender => ({ users, world: createDecisionWorld(users) }));
  const rounds = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (const { world } of contenders) await cpuUsOf(world, warmUpSeconds(options), signal);
  await interleave(options.rounds, contenders, async (contender) => {
    rounds.get(contender)?.push(await cpuUsOf(contender.world, options.seconds, signal));
  });
  const cases = [...rounds].map(([{ users }, figures]): Case => ({ users, cpuUs: figureOf(figures) }));
  return {
    method: `one process decides requests that leave their answer open, of one user after another, against ${LIMITS} limits and the user's requests a minute, and sets each aside; CPU time of the process a decision; ${options.rounds} rounds of ${options.seconds} s each in turn; median (min–max) of rounds`,
    tables: [
      {
        title: 'A decision',
        columns: ['users', 'CPU µs'],
        rows: cases.map(({ users, cpuUs }) => [String(users), figureText(cpuUs, 1)]),
      },
    ],
    figures: cases,
    goals: cases.map(({ users, cpuUs: { median } }) => ({
      what: `a decision of ${users} users' with ${LIMITS} limits below ${GOAL_CPU_US} µs of CPU: ${median.toFixed(1)}`,
      isMet: median < GOAL_CPU_US,
    })),
    faults: [],
  };
};

async function cpuUsOf(world: DecisionWorld, seconds: number, signal: AbortSignal): Promise<number> {
  const endMs = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let decided = 0;
  while (performance.now() < endMs) {
    signal.throwIfAborted();
    const placed = [];
    // A prime apart, so that no user's memory is warm by chance.
    for (let index = 0; index < BLOCK; index += 1) placed.push(world.decide((decided + index) * 7_919));
    for (const one of placed) world.forget(one);
    decided += BLOCK;
    await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / decided;
}
