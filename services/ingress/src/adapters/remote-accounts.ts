import type { AccountsPort, KeyView, UserView } from '#contracts/accounts.ts';
import { AccountsService, type Key, type User } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import type { Journal } from '#journal/journal.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/** How long a new key, or a revocation, may take to be felt here before its caller is answered all the same. */
const VISIBLE_MAX_MS = 2_000;

/** Accounts in another process. */
export interface RemoteAccounts extends AccountsPort {
  close(): void;
}

export function createRemoteAccounts(options: {
  readonly peer: RpcPeer;
  readonly journal: Pick<Journal, 'head'>;
  readonly registry: Pick<FollowedRegistry, 'reached'>;
}): RemoteAccounts {
  const { peer, journal, registry } = options;
  const { calls, close } = createGrpcClient(AccountsService, peer);

  /** What was just done with a key is felt here before its caller hears of it, as it is where all is one process. */
  async function untilFelt(): Promise<void> {
    const timeout = AbortSignal.timeout(VISIBLE_MAX_MS);
    const late = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([journal.head().then((head) => registry.reached(head)), late]).catch(() => undefined);
  }

  return {
    createUser: async (command) => userFromWire((await calls.createUser(command)).user),
    getUser: async (userId) => userFromWire((await calls.getUser({ userId })).user),
    listUsers: async (page) => (await calls.listUsers(page)).users.map(userFromWire),
    creditBalance: async (command) => ({ creditId: (await calls.creditBalance(command)).creditId }),
    async createApiKey(command) {
      const { key, apiKey } = await calls.createApiKey(command);
      await untilFelt();
      return { key: keyFromWire(key), apiKey };
    },
    async revokeApiKey(keyId) {
      const { key } = await calls.revokeApiKey({ keyId });
      await untilFelt();
      return keyFromWire(key);
    },
    close,
  };
}

function userFromWire(user: User | undefined): UserView {
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

function keyFromWire(key: Key | undefined): KeyView {
  if (key === undefined) throw new Error('accounts answered without the key');
  const { keyId, name, prefix, isRevoked, createdAtMs } = key;
  return { keyId, name, prefix, isRevoked, createdAtMs: Number(createdAtMs) };
}
