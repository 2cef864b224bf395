import { create } from '@bufbuild/protobuf';
import type { GatewayConfig } from '#config/gateway-config.ts';
import { isSimulator, simulatorIds } from '#config/providers.ts';
import type { AdminCaller, AdminPort } from '#contracts/admin.ts';
import {
  ChangeBalanceRequestSchema,
  CreateRequestSchema,
  CreateResponseSchema,
  ListRequestSchema,
  ListResponseSchema,
  RevokeApiKeyRequestSchema,
  UpdateRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { type ApiKey, ApiKeySchema, RouteSchema, UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { type AnyResource, unwrap, wrap } from '#registry/kinds.ts';
import { newResourceId } from '../../accounts/src/handlers/idempotency.ts';
import { keepDemoKey } from './secrets.ts';

const DEMO_CREDIT_USD = '10';
const IDEMPOTENCY_KEY = 'standalone-demo-user';
/** The first of all routes, by its order. */
const ROUTE_ID = 'demo';
/** As many providers as an answer of administration lists at most. */
const PAGE_MAX = 1_000;

/** The same in every installation, since it follows from the key that makes the user. */
const DEMO_USER_ID = newResourceId('user', IDEMPOTENCY_KEY);

/** What the log says of it. */
const caller: AdminCaller = { actor: 'gateway', role: 'owner', address: '', requestId: '' };

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

/** Whose API key a text is; undefined: nobody's, or it does not work. */
export type Whose = (apiKey: string) => { readonly keyId: string; readonly userId: string } | undefined;

/** Carries a plan out, before anybody can send a request. Gives what became of it, and the administration that requests see. */
export async function settleDemo(
  plan: DemoPlan,
  admin: AdminPort,
  known: { readonly dataDir: string; readonly demoKey: string | undefined; readonly whose: Whose },
): Promise<{ readonly demo: Demo; readonly admin: AdminPort }> {
  switch (plan.kind) {
    case 'offer': {
      if (await hasOtherProviders(admin)) {
        return settleDemo({ kind: 'retire', reason: 'real providers are set' }, admin, known);
      }
      await keepToSimulator(admin);
      return { admin, demo: await offerDemo(admin, known) };
    }
    case 'leave':
      return { admin, demo: { kind: 'off', revokedKeys: 0, reason: plan.reason } };
    case 'retire': {
      const revokedKeys = await retireDemo(admin, known);
      return { admin: withoutDemo(admin), demo: { kind: 'off', revokedKeys, reason: plan.reason } };
    }
  }
}

/** Whether an administrator has set a provider that is not the simulator, at a time when no provider was configured. */
async function hasOtherProviders(admin: AdminPort): Promise<boolean> {
  const request = create(ListRequestSchema, { kind: 'provider', limit: PAGE_MAX });
  const { resources } = create(ListResponseSchema, await admin.list(request, caller));
  return resources.map(unwrap).some((resource) => {
    if (resource?.case !== 'provider') return false;
    const { id, source, status } = resource.value;
    return source === 'admin' && status !== 'disabled' && !isSimulator(id);
  });
}

/** The demo user's requests go to the simulator alone, also when a real provider is set while the gateway runs. */
async function keepToSimulator(admin: AdminPort): Promise<void> {
  const targets = simulatorIds.map((provider) => ({ provider }));
  const value = create(RouteSchema, { id: ROUTE_ID, models: ['*'], users: [DEMO_USER_ID], targets });
  await admin.update(create(UpdateRequestSchema, { resource: wrap({ case: 'route', value }) }), caller);
}

/**
 * A user with credit and a key to try the gateway with, the same at every start. It is made once: a key that was revoked,
 * or does not work any more for another reason, is not replaced. The user and the credit are repeatable by their
 * idempotency keys; a crash before the key was kept costs no more than a key nobody knows.
 */
async function offerDemo(
  admin: AdminPort,
  { dataDir, demoKey, whose }: Parameters<typeof settleDemo>[2],
): Promise<Demo> {
  if (demoKey !== undefined) {
    return whose(demoKey) !== undefined ? { kind: 'ready', key: demoKey } : { kind: 'revoked' };
  }
  const user = wrap({ case: 'user', value: create(UserSchema, { name: 'Demo' }) });
  await admin.create(create(CreateRequestSchema, { resource: user, idempotencyKey: IDEMPOTENCY_KEY }), caller);
  const keys = await demoKeys(admin);
  if (keys.some(({ status }) => status === 'revoked')) return { kind: 'revoked' };
  const credit = create(ChangeBalanceRequestSchema, {
    collection: 'users',
    id: DEMO_USER_ID,
    amountUsd: DEMO_CREDIT_USD,
    reason: 'demo credit',
    idempotencyKey: 'standalone-demo-credit',
  });
  await admin.changeBalance(credit, caller);
  const key = wrap({ case: 'key', value: create(ApiKeySchema, { userId: DEMO_USER_ID, name: 'demo' }) });
  const created = create(
    CreateResponseSchema,
    await admin.create(create(CreateRequestSchema, { resource: key }), caller),
  );
  const { apiKey } = asKey(created.resource && unwrap(created.resource));
  await keepDemoKey(dataDir, apiKey);
  return { kind: 'ready', key: apiKey };
}

/** Revokes the keys of the demo user for good, where there is one. Resolves with their number. */
async function retireDemo(admin: AdminPort, { demoKey, whose }: Parameters<typeof settleDemo>[2]): Promise<number> {
  const keys = await demoKeys(admin);
  const keyIds = new Set(keys.filter(({ status }) => status !== 'revoked').map(({ id }) => id));
  const known = demoKey === undefined ? undefined : whose(demoKey);
  if (known?.userId === DEMO_USER_ID) keyIds.add(known.keyId);
  for (const id of keyIds) await admin.revokeApiKey(create(RevokeApiKeyRequestSchema, { id }), caller);
  return keyIds.size;
}

/** Administration that gives the demo user no key, so that nobody spends its credit. The keys it had are revoked. */
function withoutDemo(admin: AdminPort): AdminPort {
  return {
    ...admin,
    async create(request, by) {
      const { resource } = request.resource ?? {};
      if (resource?.case === 'key' && resource.value.userId === DEMO_USER_ID) throw noKeysHere();
      return admin.create(request, by);
    },
  };
}

function noKeysHere(): Fault {
  const message =
    'The demo user has no keys here, since its credit is for the simulator alone: create a user of your own.';
  return new Fault({ code: 'conflict', message, param: 'user_id' });
}

/** The keys of the demo user; none where there is no such user. More than a page of them nobody ever made. */
async function demoKeys(admin: AdminPort): Promise<readonly ApiKey[]> {
  const request = create(ListRequestSchema, { kind: 'key', filters: { user_id: DEMO_USER_ID } });
  const { resources } = create(ListResponseSchema, await admin.list(request, caller));
  return resources.map((each) => asKey(unwrap(each)));
}

function asKey(resource: AnyResource | undefined): ApiKey {
  if (resource?.case !== 'key') throw new Error('administration gave something else than an API key');
  return resource.value;
}
