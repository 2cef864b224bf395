import type { MessageInitShape } from '@bufbuild/protobuf';
import type { KeyView, UserView } from '#contracts/accounts.ts';
import type { Key, KeySchema, User, UserSchema } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';

export function userToWire({ createdAtMs, keys, ...user }: UserView): MessageInitShape<typeof UserSchema> {
  return { ...user, createdAtMs: BigInt(createdAtMs), keys: keys.map(keyToWire) };
}

/** Throws an `Error` where the answer has none. */
export function userFromWire(user: User | undefined): UserView {
  if (user === undefined) throw new Error('accounts answered without the user');
  const { userId, name, email, requestsPerMinute, multiplierBasisPoints, createdAtMs, keys } = user;
  return {
    userId,
    name,
    email,
    requestsPerMinute,
    multiplierBasisPoints,
    createdAtMs: Number(createdAtMs),
    keys: keys.map(keyFromWire),
  };
}

export function keyToWire({ createdAtMs, ...key }: KeyView): MessageInitShape<typeof KeySchema> {
  return { ...key, createdAtMs: BigInt(createdAtMs) };
}

/** Throws an `Error` where the answer has none. */
export function keyFromWire(key: Key | undefined): KeyView {
  if (key === undefined) throw new Error('accounts answered without the key');
  const { keyId, name, prefix, isRevoked, createdAtMs } = key;
  return { keyId, name, prefix, isRevoked, createdAtMs: Number(createdAtMs) };
}
