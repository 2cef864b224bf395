import type { AccountsPort } from '#contracts/accounts.ts';
import { parseUsd } from '#money/nano-usd.ts';
import { type Secrets, saveSecrets } from './secrets.ts';

const DEMO_CREDIT_USD = '10';

/**
 * A user with credit and a key to try the gateway with, the same at every start. The user and the credit are repeatable
 * by their idempotency keys; a crash before the key was kept costs no more than a key nobody knows.
 */
export async function ensureDemo(accounts: AccountsPort, dataDir: string, secrets: Secrets): Promise<string> {
  if (secrets.demoKey !== undefined && accounts.authenticate(secrets.demoKey) !== undefined) return secrets.demoKey;
  const user = await accounts.createUser({
    name: 'Demo',
    email: '',
    requestsPerMinute: 0,
    multiplierBasisPoints: 0,
    idempotencyKey: 'standalone-demo-user',
  });
  await accounts.creditBalance({
    userId: user.userId,
    amountNanoUsd: parseUsd(DEMO_CREDIT_USD),
    reason: 'demo credit',
    idempotencyKey: 'standalone-demo-credit',
  });
  const { apiKey } = await accounts.createApiKey({ userId: user.userId, name: 'demo', idempotencyKey: '' });
  await saveSecrets(dataDir, { ...secrets, demoKey: apiKey });
  return apiKey;
}
