import type { ServedService } from '../served-service.ts';
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from '../server.ts';

export const adminToken = 'test-admin-token';

/** A server on this machine that takes many calls on one stream and logs nothing. */
export function startMultiplexedServer(
  services: readonly ServedService[],
  options: Partial<GrpcServerOptions> = {},
): Promise<GrpcServer> {
  return startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services,
    adminToken,
    logger: { warn: () => undefined, error: () => undefined },
    withMultiplexing: true,
    ...options,
  });
}
