import { setTimeout as sleep } from 'node:timers/promises';
import { openLoad } from '../load/closed-loop.ts';
import { bodyOf, workloads } from '../load/workload.ts';
import { type BillingCheck, openBillingCheck } from '../measure/billing-check.ts';
import { residentMbOf } from '../measure/resident-memory.ts';
import { fitLine, type Line } from '../measure/statistics.ts';
import { faultsOfRounds } from '../measure/throughput-rounds.ts';
import type { GatewayUnderLoad } from '../processes/gateway.ts';
import { startRig } from '../processes/rig.ts';
import type { Scenario } from './scenario.ts';

const CALLERS = 32;
const SAMPLES = 20;

/** Before each sample, the same every time: the collector's own pace is part of what is measured. */
const PAUSE_MS = 1_000;

/** What counts as flat: 210 bytes a request, less than the smallest thing that could be kept of each. */
const FLAT_MB_PER_10K = 2;

const BYTES_PER_MB = 1_048_576;
const SLOPE_REQUESTS = 10_000;

interface Sample {
  readonly requests: number;
  readonly residentMb: number;
  readonly heapUsedMb: number;
}

/** Whether the gateway's memory grows with the number of requests it has served. */
export const measureMemory: Scenario = async (options, signal) => {
  await using rig = await startRig(options);
  const gateway = rig.targets.find(({ name }) => name === 'gateway');
  if (gateway === undefined) throw new Error('the rig has no gateway');
  const body = bodyOf(workloads.small, 'gateway');
  await using load = openLoad({ ...gateway, body, isStream: false, callers: CALLERS, signal });
  const step = Math.max(1, Math.ceil(options.requests / SAMPLES));
  const samples: Sample[] = [];
  const bills: BillingCheck[] = [];
  const faults: string[] = [];
  let requests = 0;
  while (requests < options.requests) {
    const check = await openBillingCheck(rig);
    const result = await load.run({ requests: step });
    const billing = await check.settle(result.answered, signal);
    faults.push(...faultsOfRounds(`after ${requests} requests`, [{ load: result, billing }]));
    bills.push(billing);
    if (faults.length > 0) break;
    requests += result.answered;
    await sleep(PAUSE_MS, undefined, { signal });
    samples.push(await sampleOf(rig.gateway, requests));
  }
  const lastHalf = samples.slice(Math.floor(samples.length / 2));
  const resident = slopeOf(lastHalf, ({ residentMb }) => residentMb);
  const heap = slopeOf(lastHalf, ({ heapUsedMb }) => heapUsedMb);
  return {
    method: `one run of ${requests} requests (0.13 KB) at ${CALLERS} callers; after every ${step} all is charged, a pause of ${PAUSE_MS} ms, then a sample; the slope is a line through the last half, ± its standard error`,
    tables: [seriesTable(samples), slopeTable({ resident, heap })],
    figures: { samples, slopeMbPer10k: { resident, heap }, differenceNanoUsd: sumOfDifferences(bills) },
    goals: [
      {
        what: `memory flat over ${requests} requests: ${slopeText(resident)} MB a 10,000 requests, at most ${FLAT_MB_PER_10K}`,
        isMet: resident.slope <= FLAT_MB_PER_10K,
      },
    ],
    faults,
  };
};

async function sampleOf(gateway: GatewayUnderLoad, requests: number): Promise<Sample> {
  return {
    requests,
    residentMb: await residentMbOf(gateway.pid),
    heapUsedMb: (await gateway.heapUsedBytes()) / BYTES_PER_MB,
  };
}

function slopeOf(samples: readonly Sample[], value: (sample: Sample) => number): Line {
  return fitLine(samples.map((sample) => [sample.requests / SLOPE_REQUESTS, value(sample)] as const));
}

function sumOfDifferences(bills: readonly BillingCheck[]): bigint {
  return bills.reduce((soFar, { differenceNanoUsd }) => soFar + differenceNanoUsd, 0n);
}

function slopeText({ slope, standardError }: Line): string {
  return `${slope.toFixed(2)} ± ${standardError.toFixed(2)}`;
}

function seriesTable(samples: readonly Sample[]) {
  return {
    title: "The gateway's memory",
    columns: ['requests', 'resident MB', 'heap in use MB'],
    rows: samples.map(({ requests, residentMb, heapUsedMb }) => [
      String(requests),
      residentMb.toFixed(1),
      heapUsedMb.toFixed(1),
    ]),
  };
}

function slopeTable({ resident, heap }: { readonly resident: Line; readonly heap: Line }) {
  return {
    title: 'MB a 10,000 requests, last half',
    columns: ['', 'slope'],
    rows: [
      ['resident', slopeText(resident)],
      ['heap in use', slopeText(heap)],
    ],
  };
}
