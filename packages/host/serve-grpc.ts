import type { GatewayConfig } from '#config/gateway-config.ts';
import { tlsFilesOf } from '#config/tls-files.ts';
import type { FindAdminToken } from '#contracts/admin.ts';
import type { ServedService } from '#rpc/served-service.ts';
import { type GrpcServer, startGrpcServer } from '#rpc/server.ts';
import { type Host, required } from './host.ts';
import { type ListenAddress, listening } from './listening.ts';

/**
 * Serves a service's gRPC interface until the stop. A leader's calls end before its lease is given back, and its long
 * reads within the time of `afterLease`.
 */
export async function serveGrpc(
  host: Host,
  services: readonly ServedService[],
  options: {
    readonly isServing?: () => boolean;
    readonly requestMaxBytes?: number;
    readonly withMultiplexing?: boolean;
    readonly findAdminToken?: FindAdminToken;
    readonly afterLease?: AsyncDisposableStack;
  } = {},
): Promise<GrpcServer> {
  const { adminToken } = required(host, { adminToken: 'GATEWAY_ADMIN_TOKEN' });
  const { afterLease, ...served } = options;
  const address = grpcAddressOf(host.config);
  const server = await listening(
    address,
    startGrpcServer({
      ...address,
      services,
      withReflection: true,
      adminToken,
      tls: tlsFilesOf(host.config),
      ...served,
      logger: host.logger,
      drainTimeoutMs: host.config.drainTimeoutMs,
    }),
  );
  (afterLease ?? host.stack).defer(() => server.drain());
  if (afterLease !== undefined) host.stack.defer(() => server.retire());
  host.logger.info({ address: server.address }, 'gRPC is served');
  return server;
}

/** Where a process' gRPC server listens. */
export function grpcAddressOf({ grpcHost: host, grpcPort: port }: GatewayConfig): ListenAddress {
  return { host, port, hostSetting: 'GATEWAY_GRPC_HOST', portSetting: 'GATEWAY_GRPC_PORT' };
}
