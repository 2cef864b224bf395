import type { ProviderTestPort } from '#contracts/admin-needs.ts';
import { pricedToWire } from '#contracts/candidate-wire.ts';
import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { RouterAdminPort } from '#contracts/router.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import { healthFromWire, stateOf } from './health-wire.ts';
import { planToWire } from './plan-wire.ts';

/** Longer than the router waits for a provider. */
const PROVIDER_TIMEOUT_MS = 30_000;
/** What a router has in memory. */
const MEMORY_TIMEOUT_MS = 5_000;

export interface RemoteRouterAdmin extends ProviderTestPort, RouterAdminPort {
  close(): void;
}

/** What administration asks of a router in another process. */
export function createRemoteRouterAdmin(peer: RpcPeer): RemoteRouterAdmin {
  const { calls, close } = createGrpcClient(RouterService, peer);
  return {
    testProvider: (test) => calls.testProvider(test, { timeoutMs: PROVIDER_TIMEOUT_MS }),
    async explainChoice({ candidates, plan, requestId }) {
      const asked = { candidates: candidates.map(pricedToWire), plan: planToWire(plan), requestId };
      const { choices } = await calls.explainChoice(asked, { timeoutMs: MEMORY_TIMEOUT_MS });
      return choices.map(({ $typeName: _name, state, ...choice }) => ({ ...choice, state: stateOf(state, true) }));
    },
    listUpstreamModels: (providerId) => calls.listUpstreamModels({ providerId }, { timeoutMs: PROVIDER_TIMEOUT_MS }),
    currentHealth: async () => healthFromWire(await calls.getProviderHealth({}, { timeoutMs: MEMORY_TIMEOUT_MS })),
    close,
  };
}
