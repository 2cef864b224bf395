import type { ProviderTestPort } from '#contracts/admin-needs.ts';
import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/** Longer than the router waits for a provider. */
const TEST_TIMEOUT_MS = 30_000;

export interface RemoteProviderTests extends ProviderTestPort {
  close(): void;
}

/** Tests of providers by a router in another process. */
export function createRemoteProviderTests(peer: RpcPeer): RemoteProviderTests {
  const { calls, close } = createGrpcClient(RouterService, peer);
  return { testProvider: (test) => calls.testProvider(test, { timeoutMs: TEST_TIMEOUT_MS }), close };
}
