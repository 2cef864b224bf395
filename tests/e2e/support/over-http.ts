import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { type AdminApi, adminApi, type KeyDocument, type UserDocument } from './admin-api.ts';
import type { Customer, CustomerWishes, InstallationOptions, Reach, Stats } from './installation.ts';
import { until } from './until.ts';

/** The simulator's models; the last one is in no catalogue and has no price. */
export const simulatorModels = {
  openai: ['gpt-4o-mini', 'o3-mini', 'nobody-knows-its-price'],
  anthropic: ['claude-haiku-4-5'],
} as const;

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
    body: {
      name: 'Ada Lovelace',
      email: `ada-${randomUUID()}@example.com`,
      requests_per_minute: requestsPerMinute,
      multiplier,
    },
  });
  const userId = created.document.id;
  if (creditUsd !== '') {
    await admin.call('POST', `/admin/users/${userId}/balance`, { body: { amount_usd: creditUsd } });
  }
  const key = await admin.call<KeyDocument>('POST', '/admin/api-keys/', { body: { user_id: userId, name: 'first' } });
  if (key.status !== 201) throw new Error(`no customer could be made: ${JSON.stringify([created, key])}`);
  return { userId, keyId: key.document.id, apiKey: key.document.api_key ?? '' };
}
