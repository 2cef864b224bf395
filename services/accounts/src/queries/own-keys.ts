import { create } from '@bufbuild/protobuf';
import type { AdminOutput } from '#contracts/admin.ts';
import { type ApiKey, ApiKeySchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { shown } from '../domain/resource/shown.ts';
import { type ComputeDependencies, withComputedAtOnce } from './computed-fields.ts';
import { readKeysOf } from './read-resources.ts';

/** The keys of a holder, oldest first. */
export async function listOwnKeys(
  dependencies: ComputeDependencies,
  userId: string,
): Promise<AdminOutput<'listMyApiKeys'>> {
  const found = await readKeysOf(dependencies, [userId]);
  const keys = found.map(({ resource }) => shown(resource, dependencies.nowMs));
  const whole = await withComputedAtOnce(dependencies, keys);
  return { apiKeys: whole.flatMap(({ case: kind, value }) => (kind === 'key' ? [ownKey(value)] : [])), hasMore: false };
}

/** A key as its holder sees it: without the operator's notes (metadata) and groups (tags). */
export function ownKey(key: ApiKey): ApiKey {
  return create(ApiKeySchema, {
    ...{ id: key.id, userId: key.userId, name: key.name, status: key.status, prefix: key.prefix },
    ...{ allowedModels: key.allowedModels, allowedProviders: key.allowedProviders },
    ...{ allowedEndpoints: key.allowedEndpoints, allowedAddresses: key.allowedAddresses },
    ...{ expiresAt: key.expiresAt, createdAt: key.createdAt, lastUsedAt: key.lastUsedAt },
    ...{ apiKey: key.apiKey, previousKeyExpiresAt: key.previousKeyExpiresAt, revoked: key.revoked },
  });
}

/** The same for what is not there and for what is another's: whose it is tells nothing to who guesses. */
export function ownerOfNothing(what: string): Fault {
  return new Fault({ code: 'not_found', message: `You have no ${what} of this id.`, param: 'id' });
}
