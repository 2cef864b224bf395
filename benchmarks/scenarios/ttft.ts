import { type TargetName, targetNames, workloads } from '../load/workload.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { faultsOfRounds, measureThroughput, type ThroughputRound } from '../measure/throughput-rounds.ts';
import { startRig } from '../processes/rig.ts';
import { figureText } from '../report/figure-text.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const CALLERS = [1, 16];

/** A quick model: 20 ms until it speaks, then four words 2 ms apart, so that the first one is not the last. */
const SCRIPT = { latencyMs: 20, chunkDelayMs: 2, chunks: 4 } as const;

interface Case {
  readonly callers: number;
  readonly p50Ms: Readonly<Record<TargetName, Figure>>;
  readonly p99Ms: Readonly<Record<TargetName, Figure>>;
  /** Of the p50, round by round. */
  readonly addedToDirectMs: Figure;
  readonly addedToBareProxyMs: Figure;
}

/** From a request to the first piece of text of its stream. */
export const measureTtft: Scenario = async (options, signal) => {
  await using rig = await startRig(options);
  await rig.simulator.follow(SCRIPT);
  const cases: Case[] = [];
  const faults: string[] = [];
  for (const callers of CALLERS) {
    const { rounds, seconds } = options;
    const results = await measureThroughput({
      ...{ rig, workload: workloads.stream, callers, rounds, seconds, signal },
      warmUpSeconds: warmUpSeconds(options),
    });
    for (const target of targetNames) faults.push(...faultsOfRounds(`${callers} callers, ${target}`, results[target]));
    cases.push(caseOf(callers, results));
  }
  return {
    method: `streams, closed loop, keep-alive, ${options.rounds} rounds of ${options.seconds} s a target in turn, simulator at ${SCRIPT.latencyMs} ms and ${SCRIPT.chunkDelayMs} ms a word; median (min–max) of rounds, added is the difference within a round`,
    tables: cases.map(tableOf),
    figures: cases,
    goals: [],
    faults,
  };
};

function caseOf(callers: number, rounds: Readonly<Record<TargetName, readonly ThroughputRound[]>>): Case {
  const values = (target: TargetName, share: number): number[] =>
    rounds[target].map(({ load }) => percentile(load.firstTokensMs, share));
  const figures = (share: number): Case['p50Ms'] => ({
    direct: figureOf(values('direct', share)),
    'bare proxy': figureOf(values('bare proxy', share)),
    gateway: figureOf(values('gateway', share)),
  });
  const addedTo = (target: TargetName): Figure => {
    const others = values(target, 0.5);
    return figureOf(values('gateway', 0.5).map((value, index) => value - (others[index] ?? Number.NaN)));
  };
  return {
    callers,
    p50Ms: figures(0.5),
    p99Ms: figures(0.99),
    addedToDirectMs: addedTo('direct'),
    addedToBareProxyMs: addedTo('bare proxy'),
  };
}

function tableOf({ callers, p50Ms, p99Ms, addedToDirectMs, addedToBareProxyMs }: Case) {
  return {
    title: `Milliseconds to the first token, ${callers} ${callers === 1 ? 'caller' : 'callers'}`,
    columns: ['', 'p50', 'p99'],
    rows: [
      ...targetNames.map((target) => [target, figureText(p50Ms[target], 2), figureText(p99Ms[target], 2)]),
      ['gateway − direct', figureText(addedToDirectMs, 2), ''],
      ['gateway − bare proxy', figureText(addedToBareProxyMs, 2), ''],
    ],
  };
}
