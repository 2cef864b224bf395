import type { GatewayConfig } from '#config/gateway-config.ts';
import type { AccountsPort, UserView } from '#contracts/accounts.ts';
import { Fault } from '#errors/fault.ts';
import { parseUsd } from '#money/nano-usd.ts';
import { idsOf } from '../../accounts/src/handlers/idempotency.ts';
import { keepDemoKey } from './secrets.ts';

const DEMO_CREDIT_USD = '10';
const IDEMPOTENCY_KEY = 'standalone-demo-user';

/** The same in every installation, since it follows from the key that makes the user. */
const DEMO_USER_ID = idsOf(IDEMPOTENCY_KEY, '')('User');

/** What a start does about the demo, and why there is none where there is none. */
export type DemoPlan =
  | { readonly kind: 'offer' }
  | { readonly kind: 'retire'; readonly reason: string }
  | { readonly kind: 'leave'; readonly reason: string };

/** The credit of the demo is nobody's money, so that it buys answers of the simulator and nothing else. */
export function planDemo(
  { demo, databaseUrl }: Pick<GatewayConfig, 'demo' | 'databaseUrl'>,
  hasProviders: boolean,
): DemoPlan {
  if (hasProviders) return { kind: 'retire', reason: 'real providers are configured' };
  if (!demo) return { kind: 'retire', reason: 'the demo is off (GATEWAY_DEMO)' };
  // A database of one's own may be another installation's as well: nobody asked for a user there.
  if (databaseUrl !== undefined) return { kind: 'leave', reason: 'the database is your own (DATABASE_URL)' };
  return { kind: 'offer' };
}

/** What became of the demo at a start. */
export type Demo =
  | { readonly kind: 'ready'; readonly key: string }
  /** Somebody revoked the key, and it stays so. */
  | { readonly kind: 'revoked' }
  /** There is no demo here; so many of its keys have just been revoked. */
  | { readonly kind: 'off'; readonly revokedKeys: number; readonly reason: string };

export interface DemoDependencies {
  readonly accounts: AccountsPort;
  /** Whose key a text is; undefined: nobody's, or the key does not work. */
  readonly whose: (apiKey: string) => { readonly keyId: string; readonly userId: string } | undefined;
}

/** Carries a plan out, before anybody can send a request. Gives what became of it, and the accounts that requests see. */
export async function settleDemo(
  plan: DemoPlan,
  dependencies: DemoDependencies,
  { dataDir, demoKey }: { readonly dataDir: string; readonly demoKey: string | undefined },
): Promise<{ readonly demo: Demo; readonly accounts: AccountsPort }> {
  const { accounts } = dependencies;
  switch (plan.kind) {
    case 'offer':
      return { demo: await offerDemo(dependencies, dataDir, demoKey), accounts };
    case 'leave':
      return { demo: { kind: 'off', revokedKeys: 0, reason: plan.reason }, accounts };
    case 'retire': {
      const revokedKeys = await retireDemo(dependencies, demoKey);
      return { demo: { kind: 'off', revokedKeys, reason: plan.reason }, accounts: withoutDemo(accounts) };
    }
  }
}

/**
 * A user with credit and a key to try the gateway with, the same at every start. It is made once: a key that was revoked,
 * or does not work any more for another reason, is not replaced. The user and the credit are repeatable by their
 * idempotency keys; a crash before the key was kept costs no more than a key nobody knows.
 */
async function offerDemo(
  { accounts, whose }: DemoDependencies,
  dataDir: string,
  demoKey: string | undefined,
): Promise<Demo> {
  if (demoKey !== undefined) {
    return whose(demoKey) !== undefined ? { kind: 'ready', key: demoKey } : { kind: 'revoked' };
  }
  const user = await accounts.createUser({
    name: 'Demo',
    email: '',
    requestsPerMinute: 0,
    multiplierBasisPoints: 0,
    idempotencyKey: IDEMPOTENCY_KEY,
  });
  if (user.keys.some((key) => key.isRevoked)) return { kind: 'revoked' };
  await accounts.creditBalance({
    userId: user.userId,
    amountNanoUsd: parseUsd(DEMO_CREDIT_USD),
    reason: 'demo credit',
    idempotencyKey: 'standalone-demo-credit',
  });
  const { apiKey } = await accounts.createApiKey({ userId: user.userId, name: 'demo', idempotencyKey: '' });
  await keepDemoKey(dataDir, apiKey);
  return { kind: 'ready', key: apiKey };
}

/** Revokes the keys of the demo user for good, where there is one. Resolves with their number. */
async function retireDemo({ accounts, whose }: DemoDependencies, demoKey: string | undefined): Promise<number> {
  const user = await demoUser(accounts);
  const keyIds = new Set(user?.keys.filter((key) => !key.isRevoked).map((key) => key.keyId));
  const known = demoKey === undefined ? undefined : whose(demoKey);
  if (known?.userId === DEMO_USER_ID) keyIds.add(known.keyId);
  for (const keyId of keyIds) await accounts.revokeApiKey(keyId);
  return keyIds.size;
}

/** Accounts in which the demo user is given no key, so that nobody spends its credit. The keys it had are revoked. */
function withoutDemo(accounts: AccountsPort): AccountsPort {
  return {
    ...accounts,
    async createApiKey(command) {
      if (command.userId !== DEMO_USER_ID) return accounts.createApiKey(command);
      const message =
        'The demo user has no keys here, since its credit is for the simulator alone: create a user of your own.';
      throw new Fault({ code: 'conflict', message, param: 'user_id' });
    },
  };
}

async function demoUser(accounts: AccountsPort): Promise<UserView | undefined> {
  try {
    return await accounts.getUser(DEMO_USER_ID);
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return undefined;
    throw error;
  }
}
