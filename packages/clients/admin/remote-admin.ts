import type { AdminCaller, AdminPort } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { RpcCallOptions } from '#rpc/call-options.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';

/** Administration in another process. */
export interface RemoteAdmin {
  readonly port: AdminPort;
  close(): void;
}

/** A call to a provider, or a price file of megabytes: longer than anything else that is asked. */
const SLOW_TIMEOUT_MS = 60_000;

type Call = (request: unknown, options: RpcCallOptions) => Promise<unknown>;

/**
 * Administration of a peer. With the gateway's own token calls are on behalf of their callers; `isTokensOwn`: on behalf of the
 * token, as with a personal token always.
 */
export function createRemoteAdmin(
  peer: RpcPeer,
  { isTokensOwn = false }: { readonly isTokensOwn?: boolean } = {},
): RemoteAdmin {
  const { calls, close } = createGrpcClient(AdminService, peer);
  const byName = calls as unknown as Readonly<Record<string, Call>>;
  const methods = AdminService.methods.map(({ localName }) => {
    const timeoutMs = isSlow(localName) ? SLOW_TIMEOUT_MS : undefined;
    return [
      localName,
      (request: unknown, caller: AdminCaller) =>
        byName[localName]?.(request, isTokensOwn ? { timeoutMs } : { caller, timeoutMs }),
    ] as const;
  });
  return { port: Object.fromEntries(methods) as unknown as AdminPort, close };
}

/** Whether a method may take longer than a change of policy. */
export function isSlow(method: string): boolean {
  return method === 'testProvider' || method === 'importPrices';
}
