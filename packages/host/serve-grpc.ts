import type { ServedService } from '#rpc/served-service.ts';
import { type GrpcServer, startGrpcServer } from '#rpc/server.ts';
import { tlsFilesOf } from './connect-parts.ts';
import { type Host, required } from './host.ts';

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
    readonly afterLease?: AsyncDisposableStack;
  } = {},
): Promise<GrpcServer> {
  const { adminToken } = required(host, { adminToken: 'GATEWAY_ADMIN_TOKEN' });
  const { afterLease, ...served } = options;
  const server = await startGrpcServer({
    host: host.config.grpcHost,
    port: host.config.grpcPort,
    services,
    withReflection: true,
    adminToken,
    tls: tlsFilesOf(host.config),
    ...served,
    logger: host.logger,
    drainTimeoutMs: host.config.drainTimeoutMs,
  });
  (afterLease ?? host.stack).defer(() => server.drain());
  if (afterLease !== undefined) host.stack.defer(() => server.retire());
  host.logger.info({ address: server.address }, 'gRPC is served');
  return server;
}
