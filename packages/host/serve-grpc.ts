import type { ServedService } from '#rpc/served-service.ts';
import { type GrpcServer, startGrpcServer } from '#rpc/server.ts';
import { type Host, required } from './host.ts';

/** Serves a service's gRPC interface from now until the stop. */
export async function serveGrpc(host: Host, services: readonly ServedService[]): Promise<GrpcServer> {
  const { adminToken } = required(host, { adminToken: 'GATEWAY_ADMIN_TOKEN' });
  const server = await startGrpcServer({
    host: host.config.grpcHost,
    port: host.config.grpcPort,
    services,
    adminToken,
    logger: host.logger,
    drainTimeoutMs: host.config.drainTimeoutMs,
  });
  host.stack.defer(() => server.drain());
  host.logger.info({ address: server.address }, 'gRPC is served');
  return server;
}
