import type { AccountsPort, KeyView, UserView } from '#contracts/accounts.ts';
import { AccountsService } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/** gateway.accounts.v1.AccountsService, of the leader. */
export function accountsService(accounts: AccountsPort): ServedService {
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
  });
}

function userToWire({ createdAtMs, keys, ...user }: UserView) {
  return { ...user, createdAtMs: BigInt(createdAtMs), keys: keys.map(keyToWire) };
}

function keyToWire({ createdAtMs, ...key }: KeyView) {
  return { ...key, createdAtMs: BigInt(createdAtMs) };
}
