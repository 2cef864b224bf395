import { keyToWire, userToWire } from '#clients/accounts/account-wire.ts';
import type { AccountsPort } from '#contracts/accounts.ts';
import { AccountsService } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import type { PolicySnapshot } from '#registry/follow-registry.ts';
import { type AnyResource, wrap } from '#registry/kinds.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/** Resources of one message: some hundred KB, and well below what a message may have with prices of every band. */
const EXPORT_BATCH_RESOURCES = 500;

export interface AccountsServicePorts {
  readonly accounts: AccountsPort;
  /** Every resource in force, and the place in the log they stand at. */
  readonly policy: PolicySnapshot;
}

/** gateway.accounts.v1.AccountsService, of the leader. */
export function accountsService({ accounts, policy }: AccountsServicePorts): ServedService {
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
    async *exportPolicy() {
      const resources: AnyResource[] = [];
      const { position } = await policy.read((resource) => resources.push(resource));
      // At least one message, for the position.
      for (let from = 0; from === 0 || from < resources.length; from += EXPORT_BATCH_RESOURCES) {
        const batch = resources.slice(from, from + EXPORT_BATCH_RESOURCES);
        yield { position: BigInt(position), resources: batch.map(wrap) };
      }
    },
  });
}
