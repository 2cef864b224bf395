import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GatewayProcess, startGatewayProcess } from '#testkit/gateway-process.ts';
import { openLoad } from '../load/closed-loop.ts';
import type { LoadResult } from '../load/tally.ts';
import { bodyOf, gatewayModel, statedPrice, workloads } from '../load/workload.ts';
import { type Figure, figureOf, percentile } from '../measure/statistics.ts';
import { createUser } from '../processes/gateway.ts';
import { startNodeChild } from '../processes/node-child.ts';
import { startSimulator } from '../processes/simulator.ts';
import { figureText } from '../report/figure-text.ts';
import type { Scenario } from './scenario.ts';

const FAILING_HALF = new URL('../failing-half.ts', import.meta.url);
const CALLERS = 16;
/** As long as a quick model takes: what is measured is what a failed call adds to an answer, not the load on this machine. */
const SCRIPT = { latencyMs: 50 } as const;
const P99_RATIO_MAX = 1.5;

/** Both fleets have three providers of one simulator; of the second one, a provider fails every second call. */
const fleets = ['healthy', 'one fails half'] as const;
type FleetName = (typeof fleets)[number];

/** What clients see of three providers of which one fails half its calls, beside three healthy ones. */
export const measureFleet: Scenario = async (options, signal) => {
  await using undo = new AsyncDisposableStack();
  const simulator = undo.use(await startSimulator());
  await simulator.follow(SCRIPT);
  const failing = undo.use(await startNodeChild(FAILING_HALF, ['--upstream', simulator.url]));
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-fleet-'));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  const places: Readonly<Record<FleetName, readonly string[]>> = {
    healthy: [simulator.url, simulator.url, simulator.url],
    'one fails half': [failing.url, simulator.url, simulator.url],
  };
  const gateway = undo.adopt(
    await startGatewayProcess({
      dataDir,
      logPath: join(dataDir, 'gateway.log'),
      environment: { ...(await configure(dataDir, places)), GATEWAY_DURABILITY: options.durability },
    }),
    async (each) => void (await each.stop()),
  );
  const apiKey = await createUser(gateway);
  await setStrategy(gateway);
  const p99Ms: Record<FleetName, number[]> = { healthy: [], 'one fails half': [] };
  const p50Ms: Record<FleetName, number[]> = { healthy: [], 'one fails half': [] };
  const faults: string[] = [];
  const answered: Record<FleetName, number> = { healthy: 0, 'one fails half': 0 };
  for (let round = 0; round < options.rounds; round += 1) {
    for (const fleet of round % 2 === 0 ? fleets : fleets.toReversed()) {
      const body = Buffer.from(bodyOf(workloads.small, 'gateway').toString().replace(gatewayModel, modelOf(fleet)));
      await using load = openLoad({ url: gateway.url, apiKey, body, isStream: false, callers: CALLERS, signal });
      const result = await load.run({ durationMs: options.seconds * 1_000 });
      faults.push(...faultsOf(fleet, result));
      answered[fleet] += result.answered;
      p50Ms[fleet].push(percentile(result.latenciesMs, 0.5));
      p99Ms[fleet].push(percentile(result.latenciesMs, 0.99));
    }
  }
  const ratio = figureOf(p99Ms['one fails half'].map((value, round) => value / (p99Ms.healthy[round] ?? Number.NaN)));
  return {
    method: `${CALLERS} callers in a closed loop, round robin over three providers at ${SCRIPT.latencyMs} ms, ${options.rounds} rounds of ${options.seconds} s a fleet in turn; median (min–max) of rounds, the ratio within each round`,
    tables: [tableOf(p50Ms, p99Ms, answered, ratio)],
    figures: { p50Ms, p99Ms, answered, ratio },
    goals: [
      {
        what: `p99 with one failing within ${P99_RATIO_MAX} of healthy: ${ratio.median.toFixed(2)}`,
        isMet: ratio.median <= P99_RATIO_MAX,
      },
    ],
    faults,
  };
};

async function setStrategy({ url, adminToken }: Pick<GatewayProcess, 'url' | 'adminToken'>): Promise<void> {
  const response = await fetch(`${url}/admin/settings`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ strategy: 'round_robin' }),
  });
  if (!response.ok) throw new Error(`the strategy was not taken: ${await response.text()}`);
}

function modelOf(fleet: FleetName): string {
  return fleet === 'healthy' ? 'fleet-healthy' : 'fleet-failing';
}

/** No client sees an error, whatever the provider does. */
function faultsOf(fleet: FleetName, { failures }: LoadResult): readonly string[] {
  return Object.entries(failures).map(([what, count]) => `${fleet}: ${count} times ${what}`);
}

async function configure(
  dataDir: string,
  places: Readonly<Record<FleetName, readonly string[]>>,
): Promise<Record<string, string>> {
  const providers = fleets.flatMap((fleet) =>
    places[fleet].map((url, at) => ({
      ...{ name: `${modelOf(fleet)}-${at}`, kind: 'openai', baseUrl: `${url}/v1`, apiKeyEnv: 'PROVIDER_KEY' },
      ...{ catalogue: 'bench', models: [modelOf(fleet)] },
    })),
  );
  const prices = fleets.map((fleet) => ({
    ...{ key: `bench/${modelOf(fleet)}`, ...statedPrice },
    ...{ contextTokens: 128_000, outputTokensMax: 16_384 },
  }));
  const file = join(dataDir, 'gateway.yaml');
  await writeFile(file, JSON.stringify({ providers, prices }));
  return { GATEWAY_CONFIG: file, GATEWAY_LOG_LEVEL: 'info', PROVIDER_KEY: 'provider-key-of-the-benchmarks' };
}

function tableOf(
  p50Ms: Readonly<Record<FleetName, readonly number[]>>,
  p99Ms: Readonly<Record<FleetName, readonly number[]>>,
  answered: Readonly<Record<FleetName, number>>,
  ratio: Figure,
) {
  return {
    title: 'Milliseconds a request',
    columns: ['', 'answers', 'p50', 'p99'],
    rows: [
      ...fleets.map((fleet) => [
        fleet,
        String(answered[fleet]),
        figureText(figureOf(p50Ms[fleet]), 1),
        figureText(figureOf(p99Ms[fleet]), 1),
      ]),
      ['ratio of the p99', '', '', figureText(ratio, 2)],
    ],
  };
}
