import type { Metadata } from '@grpc/grpc-js';
import { type AdminCaller, isAdminRole } from '#contracts/admin.ts';

const ACTOR_KEY = 'gateway-actor';
const ROLE_KEY = 'gateway-role';
const ADDRESS_KEY = 'gateway-address';
const REQUEST_ID_KEY = 'gateway-request-id';
const USER_KEY = 'gateway-user';
const KEYS = [ACTOR_KEY, ROLE_KEY, ADDRESS_KEY, REQUEST_ID_KEY, USER_KEY] as const;

/** Names in a call's metadata on whose behalf it is made, in place of what the metadata said before. */
export function setCaller(metadata: Metadata, { actor, role, address, requestId, userId = '' }: AdminCaller): void {
  metadata.set(ACTOR_KEY, actor);
  metadata.set(ROLE_KEY, role);
  metadata.set(ADDRESS_KEY, address);
  metadata.set(REQUEST_ID_KEY, requestId);
  metadata.set(USER_KEY, userId);
}

/** Takes away what a caller without a token says of itself. */
export function clearCaller(metadata: Metadata): void {
  for (const key of KEYS) metadata.remove(key);
}

/** Whether a call names somebody on whose behalf it is made, known or not. */
export function namesCaller(metadata: Metadata): boolean {
  return KEYS.some((key) => metadata.get(key).length > 0);
}

/** On whose behalf a call is made; undefined: its metadata names nobody, or a role that does not exist. */
export function callerIn(metadata: Metadata): AdminCaller | undefined {
  const [actor, role, address, requestId, userId] = KEYS.map((key) => String(metadata.get(key)[0] ?? ''));
  if (!actor || !isAdminRole(role)) return undefined;
  return { actor, role, address: address ?? '', requestId: requestId ?? '', ...(userId ? { userId } : {}) };
}
