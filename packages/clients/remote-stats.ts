import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { ProjectionsService } from '#contracts/gen/gateway/projections/v1/projections_pb.js';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { faultFrom } from '#errors/fault.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/** People wait for it; a part that is away is left out. */
const TIMEOUT_MS = 2_000;

/** What the other services have to tell /health/stats. */
export interface RemoteStats {
  read(): Promise<{
    readonly log?: unknown;
    readonly openHolds?: unknown;
    readonly projections: Readonly<Record<string, number>>;
  }>;
  close(): void;
}

/** Of what is in other processes; a peer that is undefined is in this one. */
export function createRemoteStats(peers: {
  readonly journal: RpcPeer | undefined;
  readonly quota: RpcPeer | undefined;
  /** Of each service that keeps projections. */
  readonly projections: readonly RpcPeer[];
}): RemoteStats {
  const journal = peers.journal && createGrpcClient(JournalService, peers.journal);
  const quota = peers.quota && createGrpcClient(QuotaService, peers.quota);
  const keepers = peers.projections.map((peer) => createGrpcClient(ProjectionsService, peer));
  const options = { timeoutMs: TIMEOUT_MS };

  return {
    async read() {
      const [head, holds, ...kept] = await Promise.all([
        journal && orFault(journal.calls.head({}, options)),
        quota && orFault(quota.calls.getStats({}, options)),
        ...keepers.map(({ calls }) => orFault(calls.listProjections({}, options))),
      ]);
      const projections = kept.flatMap((answer) => ('fault' in answer ? [] : answer.projections));
      return {
        ...(head && { log: 'fault' in head ? head : { position: Number(head.position), epoch: head.epoch } }),
        ...(holds && { openHolds: 'fault' in holds ? holds : holds.openHolds }),
        projections: Object.fromEntries(projections.map(({ name, position }) => [name, Number(position)])),
      };
    },
    close() {
      for (const client of [journal, quota, ...keepers]) client?.close();
    },
  };
}

async function orFault<T extends object>(answer: Promise<T>): Promise<T | { readonly fault: string }> {
  try {
    return await answer;
  } catch (thrown) {
    return { fault: faultFrom(thrown).refusal.message };
  }
}
