import type { ActiveKey } from '#api-keys/key-ring.ts';
import { keyToWire, userToWire } from '#clients/accounts/account-wire.ts';
import type { AccountsPort } from '#contracts/accounts.ts';
import { AccountsService } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/** Keys of one message: some 200 KB. */
const EXPORT_BATCH_KEYS = 1_000;

export interface AccountsServicePorts {
  readonly accounts: Omit<AccountsPort, 'authenticate'>;
  /** Every active key, with the place in the log they are true for, which is not before the log's end at the call. */
  readonly exportKeys: () => Promise<{ readonly position: number; readonly keys: readonly ActiveKey[] }>;
}

/** gateway.accounts.v1.AccountsService, of the leader. */
export function accountsService({ accounts, exportKeys }: AccountsServicePorts): ServedService {
  return servedService(AccountsService, {
    createUser: async (command) => ({ user: userToWire(await accounts.createUser(command)) }),
    getUser: async ({ userId }) => ({ user: userToWire(await accounts.getUser(userId)) }),
    listUsers: async (page) => ({ users: (await accounts.listUsers(page)).map(userToWire) }),
    creditBalance: (command) => accounts.creditBalance(command),
    createApiKey: async (command) => {
      const { key, apiKey } = await accounts.createApiKey(command);
      return { key: keyToWire(key), apiKey };
    },
    revokeApiKey: async ({ keyId }) => ({ key: keyToWire(await accounts.revokeApiKey(keyId)) }),
    async *exportKeys() {
      const { position, keys } = await exportKeys();
      // At least one message, for the position.
      for (let from = 0; from === 0 || from < keys.length; from += EXPORT_BATCH_KEYS) {
        yield { position: BigInt(position), keys: keys.slice(from, from + EXPORT_BATCH_KEYS) };
      }
    },
  });
}
