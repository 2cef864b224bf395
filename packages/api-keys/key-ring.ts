import type { KeyIdentity } from '#contracts/accounts.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';

/** A key that authenticates. */
export interface ActiveKey extends KeyIdentity {
  readonly keyHash: string;
}

/** The keys that authenticate now, in memory, folded from the log. */
export interface KeyRing {
  /** Whose key has this hash; undefined for an unknown or revoked one. */
  find(keyHash: string): KeyIdentity | undefined;
  add(key: ActiveKey): void;
  apply(events: readonly RecordedEvent[]): void;
}

export function createKeyRing(): KeyRing {
  const identityByHash = new Map<string, KeyIdentity>();
  const hashByKeyId = new Map<string, string>();

  const add = ({ keyId, userId, keyHash }: ActiveKey): void => {
    identityByHash.set(keyHash, { keyId, userId });
    hashByKeyId.set(keyId, keyHash);
  };

  const remove = (keyId: string): void => {
    const keyHash = hashByKeyId.get(keyId);
    if (keyHash === undefined) return;
    hashByKeyId.delete(keyId);
    identityByHash.delete(keyHash);
  };

  return {
    find: (keyHash) => identityByHash.get(keyHash),
    add,
    apply(events) {
      for (const event of events) {
        if (event.type === 'ApiKeyCreated') add(event.data);
        else if (event.type === 'ApiKeyRevoked') remove(event.data.keyId);
      }
    },
  };
}
