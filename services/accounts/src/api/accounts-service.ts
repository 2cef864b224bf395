import { AccountsService } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import type { PolicySnapshot } from '#registry/follow-registry.ts';
import { type AnyResource, wrap } from '#registry/kinds.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/** Resources of one message: some hundred KB, and well below what a message may have with prices of every band. */
const EXPORT_BATCH_RESOURCES = 500;

/**
 * gateway.accounts.v1.AccountsService, of the leader.
 *
 * @param policy Every resource, and the place in the log they stand at.
 */
export function accountsService(policy: PolicySnapshot): ServedService {
  return servedService(AccountsService, {
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
