import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { type AdminApi, adminApi, type Balance, type KeyDocument, type UserDocument } from './admin-api.ts';
import { until } from './until.ts';

/** What one has to know to use a gateway and to look into it. */
export interface Reach {
  readonly url: string;
  /** As gatewayctl takes it. */
  readonly grpcAddress: string;
  readonly adminToken: string;
  /** The log lines so far, of all its processes. */
  readonly lines: readonly string[];
}

/** A gateway as its operator has it, whatever it is made of: providers, the admin token, its database. */
export interface Installation extends AsyncDisposable {
  readonly simulatorUrl: string;
  readonly admin: AdminApi;
  readonly gateway: () => Reach;
  /** Ends all its processes in good order; their last log lines are out then. */
  stop(): Promise<void>;
  /** Of its database, as a role that may look at everything. */
  databaseUrl(): Promise<string>;
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

/**
 * Starts a gateway whose providers are the simulator, in both wire formats, and those given: all in one process, or with
 * GATEWAY_WIRING=distributed the six services as processes over NATS and gRPC. What uses it cannot tell which.
 */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  if (process.env['GATEWAY_WIRING'] !== 'distributed')
    return (await import('./standalone.ts')).installStandalone(options);
  return (await import('./distributed.ts')).installDistributed(options);
}

/** What every wiring gives in the same way, over the gateway's own HTTP. */
export function overHttp(reach: () => Pick<Reach, 'url' | 'adminToken'>) {
  const admin = adminApi(reach);
  const stats = async (): Promise<Stats> => (await admin.call<Stats>('GET', '/health/stats')).document;
  return {
    admin,
    stats,
    async customer(wishes: CustomerWishes = {}): Promise<Customer> {
      const { userId, keyId, apiKey } = await createCustomer(admin, wishes);
      const client = new OpenAI({ apiKey, baseURL: `${reach().url}/v1`, maxRetries: 0 });
      return { userId, keyId, apiKey, client, balance: () => admin.balance(userId) };
    },
    async settled(): Promise<void> {
      await until('the holds to end and the projections to follow', async () => {
        const { openHolds, log, projections } = await stats();
        return (
          (openHolds === 0 && Object.values(projections).every((position) => position >= log.position)) || undefined
        );
      });
    },
  };
}

/** Writes the configuration file and returns the environment that points to it. */
export async function configure(
  folder: string,
  simulatorUrl: string,
  { providers = [], settings = {}, environment = {} }: InstallationOptions,
): Promise<Record<string, string>> {
  const file = join(folder, 'gateway.yaml');
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
