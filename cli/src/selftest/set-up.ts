import type { ApiKey, User } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { type AnyResource, emptyResource, unwrap, wrap } from '#registry/kinds.ts';
import type { AdminCalls } from '../administration.ts';
import type { Cleanup } from './cleanup.ts';
import { Finding, type Steps } from './steps.ts';

export type SelftestAdmin = Pick<
  AdminCalls,
  'whoAmI' | 'create' | 'get' | 'list' | 'update' | 'delete' | 'changeBalance' | 'listLedger'
>;

/** Whom the self-test acts for. */
export interface Actor {
  readonly userId: string;
  readonly keyId: string;
  readonly apiKey: string;
}

export interface SetUp {
  readonly customer: Actor;
  /** Has no money. */
  readonly pauper: Actor;
  readonly limitId: string;
}

/** Pays for every request here by any model, and bounds what a self-test can cost. */
export const CREDIT_USD = '1.00';
/** A key that could not be taken away is of no use to anyone after this. */
const KEY_LIFE_MS = 3_600_000;
const TAG = 'selftest';
/** The price of the provider and nothing on top: what the test costs is what the provider takes. */
const MULTIPLIER = '1';

const HINT = 'See the message; "gatewayctl doctor" looks at what the gateway needs.';

interface Surroundings {
  readonly admin: SelftestAdmin;
  readonly steps: Steps;
  readonly cleanup: Cleanup;
  /** In the names of all that is made. */
  readonly runId: string;
  readonly limitRequests: number;
}

/** Makes what the self-test needs, each noted for the clean-up at once. */
export async function setUp(surroundings: Surroundings): Promise<SetUp> {
  const { admin, steps, cleanup, runId, limitRequests } = surroundings;
  const customer = await makeActor(surroundings, 'user with a key', runId);
  await steps.need('credit', HINT, async () => {
    const { userId } = customer;
    const idempotencyKey = `${runId}-credit`;
    const credit = { collection: 'users', id: userId, amountUsd: CREDIT_USD, reason: TAG, idempotencyKey };
    await admin.changeBalance(credit);
    const byHand = `gatewayctl balance change users ${userId} --amount-usd -… --reason selftest`;
    cleanup.add(`the rest of the credit of user ${userId}`, byHand, () => takeBack(admin, userId));
    return { value: undefined, message: `${CREDIT_USD} USD` };
  });
  const limitId = runId;
  await steps.need('limit', HINT, async () => {
    const limit = {
      ...emptyResource('limit', limitId),
      subject: { $typeName: 'gateway.admin.v1.LimitSubject' as const, kind: 'user', id: customer.userId },
      unit: 'requests',
      period: 'ever',
      amount: String(limitRequests),
      kind: 'hard',
    };
    await admin.update({ resource: wrap({ case: 'limit', value: limit }) });
    const undo = () => admin.delete({ kind: 'limit', id: limitId });
    cleanup.add(`limit ${limitId}`, `gatewayctl limits delete ${limitId}`, undo);
    return { value: undefined, message: `${limitId}: ${limitRequests} requests` };
  });
  const pauper = await makeActor(surroundings, 'user without money', `${runId}-no-money`);
  return { customer, pauper, limitId };
}

async function makeActor({ admin, steps, cleanup }: Surroundings, step: string, name: string): Promise<Actor> {
  return steps.need(step, HINT, async () => {
    const user = { ...emptyResource('user', ''), name, tags: [TAG], multiplier: MULTIPLIER };
    const { id: userId } = await made<User>(admin, { case: 'user', value: user }, name);
    const undoUser = () => admin.delete({ kind: 'user', id: userId });
    cleanup.add(`user ${userId}`, `gatewayctl users delete ${userId}`, undoUser);
    const expiresAt = new Date(Date.now() + KEY_LIFE_MS).toISOString();
    const key = { ...emptyResource('key', ''), userId, name, expiresAt };
    const { id: keyId, apiKey } = await made<ApiKey>(admin, { case: 'key', value: key }, `${name}-key`);
    const undoKey = () => admin.delete({ kind: 'key', id: keyId });
    cleanup.add(`API key ${keyId}`, `gatewayctl api-keys delete ${keyId}`, undoKey);
    if (apiKey === '') throw new Finding('the answer that made the key does not hold it');
    return { value: { userId, keyId, apiKey }, message: `${userId}, key ${keyId}` };
  });
}

async function made<T extends User | ApiKey>(
  admin: SelftestAdmin,
  resource: AnyResource,
  idempotencyKey: string,
): Promise<T> {
  const answer = await admin.create({ resource: wrap(resource), idempotencyKey });
  const found = answer.resource && unwrap(answer.resource);
  if (found === undefined) throw new Finding(`the answer that made the ${resource.case} does not hold it`);
  return found.value as T;
}

export async function userOf(admin: SelftestAdmin, id: string): Promise<User> {
  const { resource } = await admin.get({ kind: 'user', id });
  const found = resource && unwrap(resource);
  if (found?.case !== 'user') throw new Finding(`there is no user ${id}`);
  return found.value;
}

/** Money that nobody paid for is not left in the books. */
async function takeBack(admin: SelftestAdmin, userId: string): Promise<void> {
  const { balance } = await userOf(admin, userId);
  const available = balance?.availableUsd ?? '';
  if (!/[1-9]/.test(available)) return;
  const debit = { collection: 'users', id: userId, amountUsd: `-${available}`, reason: `${TAG}: not spent` };
  await admin.changeBalance(debit);
}
