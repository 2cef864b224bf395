import { AccountsService } from '#contracts/gen/gateway/accounts/v1/accounts_pb.js';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import type { PolicySnapshot } from './follow-registry.ts';
import { unwrap } from './kinds.ts';

/** A million resources take some seconds. */
const EXPORT_TIMEOUT_MS = 60_000;

/** Every resource in force, from the leader of accounts in another process. Rejects with a `Fault` where it can't be asked. */
export function remoteSnapshot(peer: RpcPeer): PolicySnapshot {
  return {
    async read(add) {
      const { calls, close } = createGrpcClient(AccountsService, peer);
      try {
        let position: number | undefined;
        for await (const part of calls.exportPolicy({}, { timeoutMs: EXPORT_TIMEOUT_MS })) {
          position = Number(part.position);
          for (const each of part.resources) {
            const resource = unwrap(each);
            if (resource !== undefined) add(resource);
          }
        }
        if (position === undefined) throw new Error('accounts gave no policy, and no place in the log');
        return { position };
      } finally {
        close();
      }
    },
  };
}
