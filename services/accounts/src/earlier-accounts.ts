import { create } from '@bufbuild/protobuf';
import type { AccountsPort, KeyView, UserView } from '#contracts/accounts.ts';
import type { AdminCaller, AdminOutput, AdminPort } from '#contracts/admin.ts';
import {
  CreateRequestSchema,
  GetRequestSchema,
  GetResponseSchema,
  ListRequestSchema,
  ListResponseSchema,
  RevokeApiKeyRequestSchema,
  RevokeApiKeyResponseSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { type ApiKey, ApiKeySchema, type User, UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { multiplierText, parseMultiplier } from '#money/multiplier.ts';
import { type AnyResource, unwrap, wrap } from '#registry/kinds.ts';
import type { creditPayer } from './handlers/change-balance.ts';

/** Who calls is not told here: the gateway's own token does. */
const owner: AdminCaller = { actor: 'bootstrap', role: 'owner', address: '', requestId: '' };

const PAGE_USERS_MAX = 1_000;

/** Users, keys and top-ups as they were asked for before there was administration of resources. */
export function earlierAccounts(
  admin: AdminPort,
  credit: (change: Parameters<typeof creditPayer>[1]) => Promise<string>,
): AccountsPort {
  async function createIn(resource: AnyResource, idempotencyKey: string): Promise<AnyResource> {
    return resourceIn(admin.create(create(CreateRequestSchema, { resource: wrap(resource), idempotencyKey }), owner));
  }
  async function getUser(userId: string): Promise<UserView> {
    try {
      return userView(await resourceIn(admin.get(create(GetRequestSchema, { kind: 'user', id: userId }), owner)));
    } catch (error) {
      throw named(error, 'user_id');
    }
  }
  return {
    async createUser({ name, email, requestsPerMinute, multiplierBasisPoints, idempotencyKey }) {
      const multiplier = multiplierText(multiplierBasisPoints);
      const value = create(UserSchema, { name, email, requestsPerMinute, multiplier });
      return getUser((await createIn({ case: 'user', value }, idempotencyKey)).value.id);
    },
    getUser,
    async listUsers({ afterUserId: after, limit }) {
      if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_USERS_MAX) {
        throw new Fault(invalid(`'limit' must be a whole number from 1 to ${PAGE_USERS_MAX}.`, 'limit'));
      }
      const page = create(
        ListResponseSchema,
        await admin.list(create(ListRequestSchema, { kind: 'user', after, limit }), owner),
      );
      const ids = page.resources.flatMap((each) => unwrap(each)?.value.id ?? []);
      return Promise.all(ids.map(getUser));
    },
    creditBalance: async ({ userId, amountNanoUsd, reason, idempotencyKey }) => {
      try {
        const payer = { kind: 'user', id: userId } as const;
        return { creditId: await credit({ payer, amountNanoUsd, reason, idempotencyKey, caller: owner }) };
      } catch (error) {
        throw named(error, 'user_id');
      }
    },
    async createApiKey({ userId, name, idempotencyKey }) {
      const { value } = await createIn({ case: 'key', value: create(ApiKeySchema, { userId, name }) }, idempotencyKey);
      const key = create(ApiKeySchema, value as ApiKey);
      return { key: keyView(key), apiKey: key.apiKey };
    },
    async revokeApiKey(keyId) {
      try {
        const request = create(RevokeApiKeyRequestSchema, { id: keyId });
        const { apiKey } = create(RevokeApiKeyResponseSchema, await admin.revokeApiKey(request, owner));
        return keyView(create(ApiKeySchema, apiKey));
      } catch (error) {
        throw named(error, 'key_id');
      }
    },
  };
}

/** A fault in the words of these callers, who call the id by the name of what it is of. */
function named(error: unknown, param: string): unknown {
  return error instanceof Fault && error.refusal.param === 'id' ? new Fault({ ...error.refusal, param }) : error;
}

async function resourceIn(answer: Promise<AdminOutput<'create' | 'get'>>): Promise<AnyResource> {
  const { resource } = create(GetResponseSchema, { resource: (await answer).resource });
  const found = resource && unwrap(resource);
  if (found === undefined) throw new Error('the answer of a command has no resource');
  return found;
}

function userView(resource: AnyResource): UserView {
  const user = create(UserSchema, resource.value as User);
  return {
    userId: user.id,
    name: user.name,
    email: user.email,
    requestsPerMinute: user.requestsPerMinute,
    multiplierBasisPoints: parseMultiplier(user.multiplier) ?? 0,
    createdAtMs: Date.parse(user.createdAt),
    keys: user.keys.map(keyView),
  };
}

function keyView({ id, name, prefix, status, createdAt }: ApiKey): KeyView {
  return { keyId: id, name, prefix, isRevoked: status === 'revoked', createdAtMs: Date.parse(createdAt) };
}
