import { createAuthenticator } from '#api-keys/authenticator.ts';
import { createKeyRing, type KeyRing } from '#api-keys/key-ring.ts';
import type { AccountsPort } from '#contracts/accounts.ts';
import { AccountsService } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import type { Journal, Subscription } from '#journal/journal.ts';
import { createGrpcClient, type RpcCalls } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { keyFromWire, userFromWire } from './account-wire.ts';

/** A million keys take some seconds. */
const EXPORT_TIMEOUT_MS = 60_000;
/** How long a new key, or a revocation, may take to be felt here before its caller is answered all the same. */
const VISIBLE_MAX_MS = 2_000;

/** Accounts in another process; keys are looked up in this one's memory. */
export interface RemoteAccounts extends AccountsPort {
  close(): Promise<void>;
}

/**
 * Takes all keys there are and follows the log from there, so that a revocation is felt as soon as the event arrives.
 * Rejects with a `Fault` where accounts cannot be asked now.
 */
export async function connectRemoteAccounts(options: {
  readonly peer: RpcPeer;
  readonly journal: Pick<Journal, 'subscribe' | 'head'>;
  readonly keyPepper: string;
}): Promise<RemoteAccounts> {
  const { peer, journal, keyPepper } = options;
  const { calls, close } = createGrpcClient(AccountsService, peer);
  const keyRing = createKeyRing();
  let subscription: Subscription;
  try {
    const afterPosition = await loadKeys(calls, keyRing);
    subscription = journal.subscribe({ name: 'ingress.key-ring', afterPosition, onEvents: keyRing.apply });
  } catch (error) {
    close();
    throw error;
  }

  /** What was just done with a key is felt here before its caller hears of it, as it is where all is one process. */
  async function untilFelt(): Promise<void> {
    const timeout = AbortSignal.timeout(VISIBLE_MAX_MS);
    const late = new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([journal.head().then((head) => subscription.reached(head)), late]).catch(() => undefined);
  }

  return {
    authenticate: createAuthenticator(keyPepper, keyRing),
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
    async close() {
      await subscription.close();
      close();
    },
  };
}

/** Resolves with the place in the log up to which the keys are known. */
async function loadKeys(calls: RpcCalls<typeof AccountsService>, keyRing: KeyRing): Promise<number> {
  let loadedAt: bigint | undefined;
  for await (const { position, keys } of calls.exportKeys({}, { timeoutMs: EXPORT_TIMEOUT_MS })) {
    loadedAt = position;
    for (const key of keys) keyRing.add(key);
  }
  if (loadedAt === undefined) throw new Error('accounts gave no keys, and no place in the log');
  return Number(loadedAt);
}
