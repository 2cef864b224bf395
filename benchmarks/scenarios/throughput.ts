import { type WorkloadName, workloads } from '../load/workload.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { faultsOfRounds, measureThroughput, type ThroughputRound } from '../measure/throughput-rounds.ts';
import { startRig } from '../processes/rig.ts';
import { figureText } from '../report/figure-text.ts';
import type { Goal } from '../report/report.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

const DEFAULT_WORKLOADS: readonly WorkloadName[] = ['small', 'stream', '10kb', '100kb'];

/** At this many callers and small bodies the gateway is to reach this share of the bare proxy. */
const GOAL = { workload: 'small', callers: 32, ratio: 0.25 } as const;

interface Case {
  readonly workload: WorkloadName;
  readonly callers: number;
  readonly direct: Figure;
  readonly bareProxy: Figure;
  readonly gateway: Figure;
  /** Gateway over bare proxy, round by round. */
  readonly ratio: Figure;
  /** Requests charged a second, the wait for the last charge included. */
  readonly charged: Figure;
  readonly gatewayP50Ms: Figure;
  readonly gatewayP99Ms: Figure;
  readonly lagMs: Figure;
  readonly bill: Bill;
}

interface Bill {
  readonly answered: number;
  readonly charged: number;
  readonly metered: number;
  readonly billedNanoUsd: bigint;
  readonly differenceNanoUsd: bigint;
}

/** Requests a second: direct, bare proxy, gateway, with every request of the gateway admitted durably and charged. */
export const measureThroughputs: Scenario = async (options, signal) => {
  await using rig = await startRig(options);
  const cases: Case[] = [];
  const faults: string[] = [];
  for (const name of options.workloads ?? DEFAULT_WORKLOADS) {
    for (const callers of options.callers) {
      const { rounds, seconds } = options;
      const workload = workloads[name];
      const results = await measureThroughput({
        ...{ rig, workload, callers, rounds, seconds, signal },
        warmUpSeconds: warmUpSeconds(options),
      });
      cases.push(caseOf(name, callers, results));
      for (const [target, each] of Object.entries(results)) {
        faults.push(...faultsOfRounds(`${workload.title}, ${callers} callers, ${target}`, each));
      }
    }
  }
  return {
    method: `closed loop, keep-alive, ${options.rounds} rounds of ${options.seconds} s a target in turn, simulator at 0 ms; median (min–max) of rounds`,
    tables: [speedTable(cases), billTable(cases)],
    figures: cases,
    goals: goalsOf(cases),
    faults,
  };
};

function caseOf(workload: WorkloadName, callers: number, rounds: Awaited<ReturnType<typeof measureThroughput>>): Case {
  const perSecond = (of: readonly ThroughputRound[]): number[] => of.map((round) => round.requestsPerSecond);
  const gateway = perSecond(rounds.gateway);
  const bareProxy = perSecond(rounds['bare proxy']);
  const latency = (share: number): Figure =>
    figureOf(rounds.gateway.map(({ load }) => percentile(load.latenciesMs, share)));
  return {
    workload,
    callers,
    direct: figureOf(perSecond(rounds.direct)),
    bareProxy: figureOf(bareProxy),
    gateway: figureOf(gateway),
    ratio: figureOf(gateway.map((value, index) => value / (bareProxy[index] ?? Number.NaN))),
    charged: figureOf(rounds.gateway.map(({ billing, wallMs }) => ((billing?.charged ?? 0) / wallMs) * 1_000)),
    gatewayP50Ms: latency(0.5),
    gatewayP99Ms: latency(0.99),
    lagMs: figureOf(rounds.gateway.map(({ billing }) => billing?.lagMs ?? Number.NaN)),
    bill: billOf(rounds.gateway),
  };
}

function billOf(rounds: readonly ThroughputRound[]): Bill {
  const bill = { answered: 0, charged: 0, metered: 0, billedNanoUsd: 0n, differenceNanoUsd: 0n };
  for (const { billing } of rounds) {
    if (billing === undefined) continue;
    bill.answered += billing.answered;
    bill.charged += billing.charged;
    bill.metered += billing.metered;
    bill.billedNanoUsd += billing.billedNanoUsd;
    bill.differenceNanoUsd += billing.differenceNanoUsd;
  }
  return bill;
}

function speedTable(cases: readonly Case[]) {
  return {
    title: 'Requests a second',
    columns: ['body', 'callers', 'direct', 'bare proxy', 'gateway', 'gateway/bare', 'charged/s', 'p50 ms', 'p99 ms'],
    rows: cases.map((each) => [
      workloads[each.workload].title,
      String(each.callers),
      figureText(each.direct, 0),
      figureText(each.bareProxy, 0),
      figureText(each.gateway, 0),
      figureText(each.ratio, 3),
      figureText(each.charged, 0),
      figureText(each.gatewayP50Ms, 1),
      figureText(each.gatewayP99Ms, 1),
    ]),
  };
}

function billTable(cases: readonly Case[]) {
  return {
    title: "The gateway's bill, over all rounds",
    columns: ['body', 'callers', 'answered', 'charged', 'metered', 'billed nano-USD', '|billed − meter|', 'lag ms'],
    rows: cases.map(({ workload, callers, bill, lagMs }) => [
      workloads[workload].title,
      String(callers),
      String(bill.answered),
      String(bill.charged),
      String(bill.metered),
      String(bill.billedNanoUsd),
      String(bill.differenceNanoUsd),
      figureText(lagMs, 0),
    ]),
  };
}

function goalsOf(cases: readonly Case[]): Goal[] {
  const goalCase = cases.find(({ workload, callers }) => workload === GOAL.workload && callers === GOAL.callers);
  if (goalCase === undefined) return [];
  const { median } = goalCase.ratio;
  return [
    {
      what: `at ${GOAL.callers} callers at least ${GOAL.ratio} of the bare proxy: ${median.toFixed(3)}`,
      isMet: median >= GOAL.ratio,
    },
  ];
}
