import { setTimeout as sleep } from 'node:timers/promises';
import { openLoad } from '../load/closed-loop.ts';
import { bodyOf, workloads } from '../load/workload.ts';
import { openBillingCheck } from '../measure/billing-check.ts';
import { cpuMsOf } from '../measure/process-cpu.ts';
import { residentMbOf } from '../measure/resident-memory.ts';
import { figureOf, fitLine, percentile } from '../measure/statistics.ts';
import { faultsOfRounds } from '../measure/throughput-rounds.ts';
import { startRig } from '../processes/rig.ts';
import { figureText } from '../report/figure-text.ts';
import type { Scenario } from './scenario.ts';

const STREAMS = 1_000;
/** A stream of ten seconds, five pieces a second: a thousand of them are 5,000 pieces a second. */
const SCRIPT = { chunkDelayMs: 200, chunks: 50 } as const;
const SAMPLE_MS = 2_000;
const MS_PER_MINUTE = 60_000;
/** Until all streams are under way, and the heap has its size. */
const SETTLING_SHARE = 0.4;
const FLAT_MB_A_MINUTE = 10;

interface Sample {
  readonly atMs: number;
  readonly residentMb: number;
  readonly cores: number;
}

/** Whether the gateway carries a thousand streams at a time on one core, and its memory stays as it is. */
export const measureStreams: Scenario = async (options, signal) => {
  await using rig = await startRig(options);
  await rig.simulator.follow(SCRIPT);
  const gateway = rig.targets.find(({ name }) => name === 'gateway');
  if (gateway === undefined) throw new Error('the rig has no gateway');
  const body = bodyOf(workloads.stream, 'gateway');
  await using load = openLoad({ ...gateway, body, isStream: true, callers: STREAMS, signal });
  const durationMs = options.seconds * options.rounds * 4 * 1_000;
  const check = await openBillingCheck(rig);
  const sampling = new AbortController();
  const samples = sampled(rig.gateway.pid, sampling.signal);
  const result = await load.run({ durationMs });
  sampling.abort();
  const billing = await check.settle(result.answered, signal);
  const all = await samples;
  const steady = all.filter(({ atMs }) => atMs > durationMs * SETTLING_SHARE && atMs < durationMs);
  const { slope, standardError } = fitLine(steady.map(({ atMs, residentMb }) => [atMs / MS_PER_MINUTE, residentMb]));
  const cores = figureOf(steady.map((sample) => sample.cores));
  const resident = figureOf(steady.map((sample) => sample.residentMb));
  const firstTokenMs = percentile(result.firstTokensMs, 0.5);
  return {
    method: `${STREAMS} streams at a time for ${durationMs / 1_000} s, each of ${SCRIPT.chunks} pieces ${SCRIPT.chunkDelayMs} ms apart; a sample of the gateway's process every ${SAMPLE_MS} ms, those after ${SETTLING_SHARE * 100} % of the time`,
    tables: [
      {
        title: `The gateway under ${STREAMS} streams`,
        columns: ['streams', 'cores', 'resident MB', 'MB a minute', 'first token p50, ms'],
        rows: [
          [
            String(result.answered),
            figureText(cores, 2),
            figureText(resident, 0),
            `${slope.toFixed(1)} ± ${standardError.toFixed(1)}`,
            firstTokenMs.toFixed(1),
          ],
        ],
      },
    ],
    figures: { samples: all, slopeMbAMinute: slope, standardError, firstTokenMs, answered: result.answered },
    goals: [
      { what: `at most one core: ${cores.median.toFixed(2)}`, isMet: cores.median <= 1 },
      {
        what: `memory flat: ${slope.toFixed(1)} MB a minute, at most ${FLAT_MB_A_MINUTE}`,
        isMet: slope <= FLAT_MB_A_MINUTE,
      },
    ],
    faults: faultsOfRounds(`${STREAMS} streams`, [{ load: result, billing }]),
  };
};

async function sampled(pid: number, signal: AbortSignal): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const startedAtMs = performance.now();
  let beforeMs = startedAtMs;
  let cpuBeforeMs = await cpuMsOf(pid);
  while (!signal.aborted) {
    await sleep(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
    const nowMs = performance.now();
    const cpuMs = await cpuMsOf(pid);
    const cores = (cpuMs - cpuBeforeMs) / (nowMs - beforeMs);
    samples.push({ atMs: nowMs - startedAtMs, residentMb: await residentMbOf(pid), cores });
    [beforeMs, cpuBeforeMs] = [nowMs, cpuMs];
  }
  return samples;
}
