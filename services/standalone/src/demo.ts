import type { AccountsPort, UserView } from '#contracts/accounts.ts';
import { Fault } from '#errors/fault.ts';
import { parseUsd } from '#money/nano-usd.ts';
import { idsOf } from '../../accounts/src/handlers/idempotency.ts';
import { keepDemoKey } from './secrets.ts';

const DEMO_CREDIT_USD = '10';
const IDEMPOTENCY_KEY = 'standalone-demo-user';

/** The same in every installation, since it follows from the key that makes the user. */
const DEMO_USER_ID = idsOf(IDEMPOTENCY_KEY, '')('User');

/** What became of the demo at a start. */
export type Demo =
  | { readonly kind: 'ready'; readonly key: string }
  /** Somebody revoked the key, and it stays so. */
  | { readonly kind: 'revoked' }
  /** There is no demo here; so many of its keys have just been revoked. */
  | { readonly kind: 'off'; readonly revokedKeys: number };

/**
 * A user with credit and a key to try the gateway with, the same at every start. It is made once: a key that was revoked,
 * or does not work any more for another reason, is not replaced. The user and the credit are repeatable by their
 * idempotency keys; a crash before the key was kept costs no more than a key nobody knows.
 */
export async function offerDemo(accounts: AccountsPort, dataDir: string, demoKey: string | undefined): Promise<Demo> {
  if (demoKey !== undefined) {
    const isWorking = accounts.authenticate(demoKey) !== undefined;
    return isWorking ? { kind: 'ready', key: demoKey } : { kind: 'revoked' };
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
  const { apiKey } = await accounts.createApiKey({ userId: user.userId, name: 'demo' });
  await keepDemoKey(dataDir, apiKey);
  return { kind: 'ready', key: apiKey };
}

/** Revokes the keys of the demo user for good, where there is one: its credit is no money that anyone has paid. */
export async function retireDemo(accounts: AccountsPort, demoKey: string | undefined): Promise<Demo> {
  const user = await demoUser(accounts);
  const keyIds = new Set(user?.keys.filter((key) => !key.isRevoked).map((key) => key.keyId));
  const known = demoKey === undefined ? undefined : accounts.authenticate(demoKey);
  if (known?.userId === DEMO_USER_ID) keyIds.add(known.keyId);
  for (const keyId of keyIds) await accounts.revokeApiKey(keyId);
  return { kind: 'off', revokedKeys: keyIds.size };
}

/** Accounts in which the demo user has no key that works and is given none, so that nobody spends its credit. */
export function withoutDemo(accounts: AccountsPort): AccountsPort {
  return {
    ...accounts,
    authenticate(apiKey) {
      const identity = accounts.authenticate(apiKey);
      return identity?.userId === DEMO_USER_ID ? undefined : identity;
    },
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
