import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, openLoad } from '../load/closed-loop.ts';
import { addResults, type LoadResult } from '../load/tally.ts';
import { warmUp } from '../load/warm-up.ts';
import { bodyOf, type TargetName, type WorkloadName, workloads } from '../load/workload.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { startNodeChild } from '../processes/node-child.ts';
import { startSimulator } from '../processes/simulator.ts';
import { figureText } from '../report/figure-text.ts';
import type { Scenario } from './scenario.ts';

const BARE_PROXY = new URL('../bare-proxy.ts', import.meta.url);
const BARE_ROUTER = new URL('../bare-router.ts', import.meta.url);
const WORKLOADS: readonly WorkloadName[] = ['small', 'stream'];
const BLOCK_REQUESTS = 50;
const BLOCK_PAUSE_MS = 20;
const ADDED_P50_MAX_MS = 0.3;

const names = ['direct', 'bare proxy', 'router'] as const;
type Name = (typeof names)[number];

/** The simulator's meter is not read here: the model's name says nothing. */
const bodies: Readonly<Record<Name, TargetName>> = { direct: 'direct', 'bare proxy': 'bare proxy', router: 'gateway' };

interface Case {
  readonly workload: WorkloadName;
  readonly p50Ms: Readonly<Record<Name, Figure>>;
  readonly p99Ms: Readonly<Record<Name, Figure>>;
  /** Of the p50, round by round: the router less the bare proxy. */
  readonly addedMs: Figure;
}

/** What the router alone adds to a request that it passes on byte for byte. */
export const measureRouter: Scenario = async (options, signal) => {
  await using undo = new AsyncDisposableStack();
  const simulator = undo.use(await startSimulator());
  const proxy = undo.use(await startNodeChild(BARE_PROXY, ['--upstream', simulator.url]));
  const router = undo.use(await startNodeChild(BARE_ROUTER, ['--upstream', simulator.url]));
  const urls: Readonly<Record<Name, string>> = { direct: simulator.url, 'bare proxy': proxy.url, router: router.url };
  const cases: Case[] = [];
  const faults: string[] = [];
  for (const workload of WORKLOADS) {
    const rounds = await measureCase(workload, urls, options, signal);
    for (const name of names) {
      for (const { failures } of rounds[name]) {
        faults.push(...Object.entries(failures).map(([what, count]) => `${workload}, ${name}: ${count} times ${what}`));
      }
    }
    cases.push(caseOf(workload, rounds));
  }
  return {
    method: `1 caller, keep-alive, blocks of ${BLOCK_REQUESTS} requests in turn, ${options.rounds} rounds of ${options.seconds} s a target, simulator at 0 ms, a log that keeps nothing; median (min–max) of rounds, added is the difference within a round`,
    tables: cases.map(tableOf),
    figures: cases,
    goals: cases.map(({ workload, addedMs }) => ({
      what: `${workloads[workload].title}: the router adds less than ${ADDED_P50_MAX_MS} ms to the bare proxy at p50: ${addedMs.median.toFixed(3)} ms`,
      isMet: addedMs.median < ADDED_P50_MAX_MS,
    })),
    faults,
  };
};

async function measureCase(
  workload: WorkloadName,
  urls: Readonly<Record<Name, string>>,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  signal: AbortSignal,
): Promise<Readonly<Record<Name, readonly LoadResult[]>>> {
  await using open = new AsyncDisposableStack();
  const { isStream } = workloads[workload];
  const parts = names.map((name) => {
    const target = { url: urls[name], apiKey: 'any-key', body: bodyOf(workloads[workload], bodies[name]), isStream };
    return { name, target, load: open.use(openLoad({ ...target, callers: 1, signal })) };
  });
  for (const { target } of parts) await warmUp(target, signal);
  const results: Record<Name, LoadResult[]> = { direct: [], 'bare proxy': [], router: [] };
  for (let round = 0; round < rounds; round += 1) {
    const ofRound = await blocksUntil(performance.now() + seconds * 1_000 * parts.length, parts, signal);
    for (const name of names) {
      const result = ofRound[name];
      if (result !== undefined) results[name].push(result);
    }
  }
  return results;
}

async function blocksUntil(
  endMs: number,
  parts: readonly { readonly name: Name; readonly load: Load }[],
  signal: AbortSignal,
): Promise<Partial<Record<Name, LoadResult>>> {
  const results: Partial<Record<Name, LoadResult>> = {};
  while (performance.now() < endMs) {
    await interleave(parts.length, parts, async ({ name, load }) => {
      const block = await load.run({ requests: BLOCK_REQUESTS });
      const before = results[name];
      results[name] = before === undefined ? block : addResults(before, block);
      await sleep(BLOCK_PAUSE_MS, undefined, { signal });
    });
  }
  return results;
}

function caseOf(workload: WorkloadName, rounds: Readonly<Record<Name, readonly LoadResult[]>>): Case {
  const values = (name: Name, share: number) => rounds[name].map(({ latenciesMs }) => percentile(latenciesMs, share));
  const figures = (share: number): Case['p50Ms'] => ({
    direct: figureOf(values('direct', share)),
    'bare proxy': figureOf(values('bare proxy', share)),
    router: figureOf(values('router', share)),
  });
  const proxies = values('bare proxy', 0.5);
  const added = values('router', 0.5).map((value, at) => value - (proxies[at] ?? Number.NaN));
  return { workload, p50Ms: figures(0.5), p99Ms: figures(0.99), addedMs: figureOf(added) };
}

function tableOf({ workload, p50Ms, p99Ms, addedMs }: Case) {
  return {
    title: `Milliseconds a request, ${workloads[workload].title}`,
    columns: ['', 'p50', 'p99'],
    rows: [
      ...names.map((name) => [name, figureText(p50Ms[name], 3), figureText(p99Ms[name], 3)]),
      ['router − bare proxy', figureText(addedMs, 3), ''],
    ],
  };
}
