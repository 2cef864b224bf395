import { setTimeout as sleep } from 'node:timers/promises';
import { openLoad } from '../load/closed-loop.ts';
import { addResults, type LoadResult } from '../load/tally.ts';
import { warmUp } from '../load/warm-up.ts';
import { bodyOf, dueNanoUsd, workloads } from '../load/workload.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { type DistributedUnderLoad, startDistributed } from '../processes/distributed.ts';
import { type Rig, startRig } from '../processes/rig.ts';
import { figureText } from '../report/figure-text.ts';
import { type Scenario, warmUpSeconds } from './scenario.ts';

/** So few that a disturbance of a tenth of a second meets all targets. */
const BLOCK_REQUESTS = 50;
/** After the load that warms up. */
const SETTLE_MS = 2_000;
/** After each block and round, so that what is still done for it is in nobody's way. */
const BLOCK_PAUSE_MS = 50;
const CHARGED_WITHIN_MS = 60_000;

const GOAL_ADDED_P50_MS = 3;

const names = ['direct', 'bare proxy', 'standalone', 'distributed'] as const;
type Name = (typeof names)[number];

interface Part {
  readonly name: Name;
  readonly url: string;
  readonly apiKey: string;
  readonly body: Buffer;
}

/** The services as processes beside standalone, the bare proxy and the direct path; and what each process costs a request. */
export const measureDistributed: Scenario = async (options, signal) => {
  await using rig = await startRig(options);
  await using distributed = await startDistributed(rig.simulator.url, options);
  const parts = partsOf(rig, distributed);
  let answered = 0;
  const latency: Record<Name, number[]> = { direct: [], 'bare proxy': [], standalone: [], distributed: [] };
  const costs: { callers: number; requestsPerSecond: Figure; cpuUs: ReadonlyMap<string, number> }[] = [];

  const p50s = await latencyRounds(parts, { ...options, signal }, (results) => {
    answered += results.distributed?.answered ?? 0;
  });
  for (const name of names) latency[name] = p50s.map((round) => round[name]);
  for (const callers of [1, ...options.callers]) {
    const part = parts.find(({ name }) => name === 'distributed');
    if (part === undefined) continue;
    await using load = openLoad({ ...part, isStream: false, callers, signal });
    answered += (await load.run({ durationMs: warmUpSeconds(options) * 1_000 })).answered;
    const before = await distributed.cpuMs();
    const result = await load.run({ durationMs: options.seconds * 1_000 });
    answered += result.answered;
    await sleep(1_000);
    const after = await distributed.cpuMs();
    costs.push({
      callers,
      requestsPerSecond: figureOf([(result.answered * 1_000) / result.elapsedMs]),
      cpuUs: new Map(
        [...after].map(([name, ms]) => [name, ((ms - (before.get(name) ?? 0)) * 1_000) / result.answered]),
      ),
    });
  }
  const faults = await billingFaults(distributed, answered, signal);
  const added = (name: Name, to: Name): Figure => figureOf(p50s.map((round) => round[name] - round[to]));
  const addedMs = { standalone: added('standalone', 'direct'), distributed: added('distributed', 'direct') };
  const processes = [...(costs[0]?.cpuUs.keys() ?? [])];
  return {
    method: `1 caller, keep-alive, ${options.durability} durability, blocks of ${BLOCK_REQUESTS} requests in turn, ${options.rounds} rounds of ${options.seconds} s a target, simulator at 0 ms; ${options.leaders === 'together' ? 'the four leaders in one process' : 'one process of each service'}, NATS and PostgreSQL on the same machine; p50 of each round, median (min–max) of rounds`,
    tables: [
      {
        title: 'Milliseconds a request, p50, 0.13 KB, 1 caller',
        columns: ['', 'p50', 'added to direct'],
        rows: names.map((name) => [
          name,
          figureText(figureOf(latency[name]), 3),
          name === 'direct' ? '' : figureText(added(name, 'direct'), 3),
        ]),
      },
      {
        title: 'Distributed: CPU a request, in microseconds',
        columns: ['callers', 'req/s', ...processes, 'all'],
        rows: costs.map(({ callers, requestsPerSecond, cpuUs }) => [
          String(callers),
          figureText(requestsPerSecond, 0),
          ...processes.map((name) => (cpuUs.get(name) ?? 0).toFixed(0)),
          [...cpuUs.values()].reduce((sum, us) => sum + us, 0).toFixed(0),
        ]),
      },
    ],
    figures: {
      latencyP50Ms: latency,
      addedMs,
      costs: costs.map(({ cpuUs, ...cost }) => ({ ...cost, cpuUs: Object.fromEntries(cpuUs) })),
    },
    goals: [
      {
        what: `distributed, added to the direct path, p50 below ${GOAL_ADDED_P50_MS} ms: ${addedMs.distributed.median.toFixed(2)} ms`,
        isMet: addedMs.distributed.median < GOAL_ADDED_P50_MS,
      },
    ],
    faults,
  };
};

function partsOf(rig: Rig, distributed: DistributedUnderLoad): Part[] {
  const body = (target: Parameters<typeof bodyOf>[1]): Buffer => bodyOf(workloads.small, target);
  return [
    ...rig.targets.map(({ name, url, apiKey }) => ({
      name: name === 'gateway' ? ('standalone' as const) : name,
      url,
      apiKey,
      body: body(name),
    })),
    { name: 'distributed', url: distributed.url, apiKey: distributed.apiKey, body: body('gateway') },
  ];
}

async function latencyRounds(
  parts: readonly Part[],
  options: {
    readonly rounds: number;
    readonly seconds: number;
    readonly signal: AbortSignal;
  },
  onResults: (results: Partial<Record<Name, LoadResult>>) => void,
): Promise<Record<Name, number>[]> {
  await using open = new AsyncDisposableStack();
  const loads = parts.map((part) => ({
    name: part.name,
    load: open.use(openLoad({ ...part, isStream: false, callers: 1, signal: options.signal })),
  }));
  const warm: Partial<Record<Name, LoadResult>> = {};
  for (const part of parts) warm[part.name] = await warmUp({ ...part, isStream: false }, options.signal);
  onResults(warm);
  await sleep(SETTLE_MS, undefined, { signal: options.signal });
  const rounds: Record<Name, number>[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const results: Partial<Record<Name, LoadResult>> = {};
    const endMs = performance.now() + options.seconds * 1_000 * parts.length;
    while (performance.now() < endMs) {
      await interleave(loads.length, loads, async ({ name, load }) => {
        const block = await load.run({ requests: BLOCK_REQUESTS });
        const before = results[name];
        results[name] = before === undefined ? block : addResults(before, block);
        await sleep(BLOCK_PAUSE_MS, undefined, { signal: options.signal });
      });
    }
    onResults(results);
    const p50 = (name: Name): number => percentile(results[name]?.latenciesMs ?? [], 0.5);
    rounds.push({
      direct: p50('direct'),
      'bare proxy': p50('bare proxy'),
      standalone: p50('standalone'),
      distributed: p50('distributed'),
    });
  }
  return rounds;
}

/** Every answer must be charged, and the amounts must be those of the tokens. */
async function billingFaults(
  distributed: DistributedUnderLoad,
  answered: number,
  signal: AbortSignal,
): Promise<string[]> {
  const endMs = performance.now() + CHARGED_WITHIN_MS;
  let billed = await distributed.billed();
  while (billed.requests < answered && performance.now() < endMs) {
    await sleep(200, undefined, { signal });
    billed = await distributed.billed();
  }
  const faults: string[] = [];
  if (billed.requests !== answered) faults.push(`distributed: ${answered} answered, ${billed.requests} charged`);
  const due = dueNanoUsd(billed.inputTokens, billed.outputTokens);
  if (billed.amountNanoUsd !== due) faults.push(`distributed: billed ${billed.amountNanoUsd}, due ${due} nano-USD`);
  return faults;
}
