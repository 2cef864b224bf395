import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readPostmasterFile } from '#postgres/embedded/postmaster-file.ts';
import { type GatewayProcess, startGatewayProcess, temporaryDataDir } from '#testkit/gateway-process.ts';
import manifest from '../../package.json' with { type: 'json' };
import { gatewayModel, statedPrice } from '../load/workload.ts';

/** More than all benchmarks together can spend: an empty purse would measure refusals. */
const CREDIT_USD = '1000000';

export interface GatewayOptions {
  readonly durability: 'strict' | 'overlapped';
  readonly cpuProfileDir: string | undefined;
}

/** What the gateway has charged its one user. */
export interface Billed {
  readonly requests: number;
  readonly amountNanoUsd: bigint;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface GatewayUnderLoad extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly postmasterPid: number;
  readonly apiKey: string;
  readonly logPath: string;
  billed(): Promise<Billed>;
  openHolds(): Promise<number>;
  /** Bytes of the JavaScript heap in use, as /metrics has them. */
  heapUsedBytes(): Promise<number>;
}

/**
 * Starts the gateway as a user does, standalone over an embedded PostgreSQL that really syncs, its only provider the
 * simulator; with one user whose purse does not run dry. Its log goes to a file, at the level of production.
 */
export async function startGateway(simulatorUrl: string, options: GatewayOptions): Promise<GatewayUnderLoad> {
  await using undo = new AsyncDisposableStack();
  const dataDir = undo.use(await temporaryDataDir()).path;
  const logPath = join(dataDir, 'gateway.log');
  const gateway = undo.adopt(
    await startGatewayProcess({
      dataDir,
      logPath,
      execArgv: [...startFlags(), ...(await profileFlags(options.cpuProfileDir))],
      environment: { ...(await configure(dataDir, simulatorUrl)), GATEWAY_DURABILITY: options.durability },
    }),
    async (each) => {
      await each.stop();
    },
  );
  const apiKey = await createUser(gateway);
  const postmaster = await readPostmasterFile(join(dataDir, 'postgres'));
  const { url, pid } = gateway;
  const running = undo.move();
  return {
    url,
    pid,
    postmasterPid: postmaster?.pid ?? 0,
    apiKey,
    logPath,
    billed: () => readBilled(url, apiKey),
    openHolds: async () => Number((await call<{ openHolds: number }>(`${url}/health/stats`, '')).openHolds),
    heapUsedBytes: () => readHeapUsed(url),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What `npm start` tells Node. */
function startFlags(): string[] {
  return manifest.scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

async function profileFlags(cpuProfileDir: string | undefined): Promise<string[]> {
  if (cpuProfileDir === undefined) return [];
  const directory = resolve(cpuProfileDir);
  await mkdir(directory, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${directory}`];
}

/** The prices are set here, not the catalogue's of the day, so that a result can be recomputed in a year. */
export async function configure(dataDir: string, simulatorUrl: string): Promise<Record<string, string>> {
  const file = join(dataDir, 'gateway.yaml');
  const provider = {
    name: 'simulator',
    kind: 'openai',
    baseUrl: `${simulatorUrl}/v1`,
    apiKeyEnv: 'PROVIDER_KEY',
    catalogue: 'bench',
    models: [gatewayModel],
  };
  const prices = [{ key: `bench/${gatewayModel}`, ...statedPrice, contextTokens: 128_000, outputTokensMax: 16_384 }];
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ providers: [provider], prices }));
  return { GATEWAY_CONFIG: file, GATEWAY_LOG_LEVEL: 'info', PROVIDER_KEY: 'provider-key-of-the-benchmarks' };
}

export async function createUser({ url, adminToken }: Pick<GatewayProcess, 'url' | 'adminToken'>): Promise<string> {
  const user = await call<{ id: string }>(`${url}/admin/users/`, adminToken, {
    name: 'Load generator',
    email: 'load@example.com',
  });
  await call(`${url}/admin/users/${user.id}/balance`, adminToken, { amount_usd: CREDIT_USD });
  const key = await call<{ api_key: string }>(`${url}/admin/api-keys/`, adminToken, { user_id: user.id, name: 'load' });
  return key.api_key;
}

export async function readBilled(url: string, apiKey: string): Promise<Billed> {
  const { totals } = await call<{ totals: Record<string, unknown> }>(`${url}/v1/usage`, apiKey);
  return {
    requests: Number(totals['requests']),
    amountNanoUsd: BigInt(String(totals['amount_nano_usd'])),
    inputTokens: Number(totals['input_tokens']),
    outputTokens: Number(totals['output_tokens']),
  };
}

async function readHeapUsed(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const match = /^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)/m.exec(text);
  if (match === null) throw new Error('/metrics does not tell nodejs_heap_size_used_bytes');
  return Number(match[1]);
}

/** GET, or POST where there is a body. */
async function call<T>(url: string, token: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
