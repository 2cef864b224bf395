import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { type GatewayProcess, startGatewayProcess, temporaryDataDir } from '#testkit/gateway-process.ts';
import { startSimulator } from '../../../tools/simulator/src/simulator.ts';
import { type AdminApi, adminApi, type Balance, type KeyDocument, type UserDocument } from './admin-api.ts';
import { until } from './until.ts';

/** A gateway as its operator has it: a process, a data directory, providers, and the admin token. */
export interface Installation extends AsyncDisposable {
  readonly dataDir: string;
  readonly simulatorUrl: string;
  /** What the process is started with, beside its data directory. */
  readonly environment: Readonly<Record<string, string>>;
  readonly admin: AdminApi;
  /** The process that runs now. */
  readonly gateway: () => GatewayProcess;
  /** Starts a process on the same data directory; the one before must have ended. */
  start(): Promise<GatewayProcess>;
  /** A new user with credit and a key. */
  customer(wishes?: CustomerWishes): Promise<Customer>;
  stats(): Promise<Stats>;
  /** Waits until every hold has ended and every projection has what the log has. */
  settled(): Promise<void>;
}

export interface CustomerWishes {
  /** Decimal USD; 10 where it is left out, none where it is empty. */
  readonly creditUsd?: string;
  readonly requestsPerMinute?: number;
  readonly multiplier?: string;
}

export interface Customer {
  readonly userId: string;
  readonly keyId: string;
  readonly apiKey: string;
  /** Does not retry: each call is one request. */
  readonly client: OpenAI;
  balance(): Promise<Balance>;
}

export interface Stats {
  readonly openHolds: number;
  readonly log: { readonly position: number };
  readonly projections: Readonly<Record<string, number>>;
}

export interface InstallationOptions {
  /** Beside the simulator's two. */
  readonly providers?: readonly ProviderOption[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of one that runs already; else one is started in this process. */
  readonly simulatorUrl?: string;
}

interface ProviderOption {
  readonly name: string;
  readonly kind?: 'openai' | 'anthropic';
  readonly baseUrl: string;
  readonly catalogue?: string;
  readonly models: readonly string[];
}

/** The simulator's models; the last one is in no catalogue and has no price. */
export const simulatorModels = {
  openai: ['gpt-4o-mini', 'o3-mini', 'nobody-knows-its-price'],
  anthropic: ['claude-haiku-4-5'],
} as const;

/** Starts a gateway whose providers are the simulator, in both wire formats, and those given. */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  await using undo = new AsyncDisposableStack();
  const dataDir = undo.use(await temporaryDataDir()).path;
  const simulatorUrl = options.simulatorUrl ?? undo.adopt(await startSimulator(), (each) => each.close()).url;
  const environment = await configure(dataDir, simulatorUrl, options);

  let running = await startGatewayProcess({ dataDir, environment });
  undo.defer(() => stopCompletely(running, dataDir));
  const admin = adminApi(() => running);

  async function stats(): Promise<Stats> {
    return (await admin.call<Stats>('GET', '/health/stats')).document;
  }

  const installed = undo.move();
  return {
    dataDir,
    simulatorUrl,
    environment,
    admin,
    gateway: () => running,
    async start() {
      running = await startGatewayProcess({ dataDir, environment });
      return running;
    },
    async customer(wishes = {}) {
      const { userId, keyId, apiKey } = await createCustomer(admin, wishes);
      const client = new OpenAI({ apiKey, baseURL: `${running.url}/v1`, maxRetries: 0 });
      return { userId, keyId, apiKey, client, balance: () => admin.balance(userId) };
    },
    stats,
    async settled() {
      await until('the holds to end and the projections to follow', async () => {
        const { openHolds, log, projections } = await stats();
        return (
          (openHolds === 0 && Object.values(projections).every((position) => position >= log.position)) || undefined
        );
      });
    },
    [Symbol.asyncDispose]: () => installed.disposeAsync(),
  };
}

/** A process that was killed leaves its PostgreSQL behind. */
async function stopCompletely(gateway: GatewayProcess, dataDir: string): Promise<void> {
  await gateway.stop();
  if (!existsSync(join(dataDir, 'postgres/postmaster.pid'))) return;
  const { stop } = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  await stop();
}

/** Writes the configuration file and returns the environment that points to it. */
async function configure(
  dataDir: string,
  simulatorUrl: string,
  { providers = [], settings = {}, environment = {} }: InstallationOptions,
): Promise<Record<string, string>> {
  const file = join(dataDir, 'gateway.yaml');
  const apiKeyEnv = 'PROVIDER_KEY';
  const baseUrl = `${simulatorUrl}/v1`;
  const config = {
    ...settings,
    providers: [
      { name: 'sim-openai', kind: 'openai', baseUrl, apiKeyEnv, catalogue: 'openai', models: simulatorModels.openai },
      {
        name: 'sim-anthropic',
        kind: 'anthropic',
        baseUrl,
        apiKeyEnv,
        catalogue: 'anthropic',
        models: simulatorModels.anthropic,
      },
      ...providers.map((provider) => ({ kind: 'openai', catalogue: 'openai', apiKeyEnv, ...provider })),
    ],
  };
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config));
  return { GATEWAY_CONFIG: file, [apiKeyEnv]: 'provider-key-of-the-tests', ...environment };
}

async function createCustomer(
  admin: AdminApi,
  { creditUsd = '10', requestsPerMinute = 0, multiplier }: CustomerWishes,
): Promise<{ userId: string; keyId: string; apiKey: string }> {
  const created = await admin.call<UserDocument>('POST', '/admin/users/', {
    body: { name: 'Ada Lovelace', email: 'ada@example.com', requests_per_minute: requestsPerMinute, multiplier },
  });
  const userId = created.document.id;
  if (creditUsd !== '') {
    await admin.call('POST', `/admin/users/${userId}/balance`, { body: { amount_usd: creditUsd } });
  }
  const key = await admin.call<KeyDocument>('POST', '/admin/api-keys/', { body: { user_id: userId, name: 'first' } });
  if (key.status !== 201) throw new Error(`no customer could be made: ${JSON.stringify([created, key])}`);
  return { userId, keyId: key.document.id, apiKey: key.document.api_key ?? '' };
}
