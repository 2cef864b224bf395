import type pg from 'pg';
import type { PolicySnapshot } from '#registry/follow-registry.ts';
import type { AnyResource } from '#registry/kinds.ts';
import { remoteSnapshot } from '#registry/remote-snapshot.ts';
import { peerOf } from './connect-parts.ts';
import { type Host, required } from './host.ts';
import type { ServiceModule } from './service-module.ts';
import { waitFor } from './wait-for.ts';

/**
 * Where policy of this process begins: in the tables of accounts where it is one of the modules, else at the leader of
 * accounts, for which a start waits as long as it takes.
 */
export function policySnapshotFor(
  host: Host,
  modules: readonly ServiceModule[],
  poolOf: (module: ServiceModule) => pg.Pool,
): PolicySnapshot {
  const owner = modules.find(({ policySnapshot }) => policySnapshot !== undefined);
  if (owner?.policySnapshot !== undefined) return owner.policySnapshot(poolOf(owner));
  const { accountsAddresses } = required(host, { accountsAddresses: 'GATEWAY_ACCOUNTS_ADDRESSES' });
  const remote = remoteSnapshot(peerOf(host, accountsAddresses));
  return {
    async read(add) {
      const { found, position } = await waitFor(
        'accounts',
        async () => {
          // Each try begins anew: what one gave that failed half-way may be gone by the next.
          const found: AnyResource[] = [];
          return { found, ...(await remote.read((resource) => found.push(resource))) };
        },
        host,
      );
      for (const resource of found) add(resource);
      return { position };
    },
  };
}
