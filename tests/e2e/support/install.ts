import type { Installation, InstallationOptions } from './installation.ts';

/**
 * Starts a gateway whose providers are the simulator, in both wire formats, and those given: all in one process, or with
 * GATEWAY_WIRING=distributed the six services as processes over NATS and gRPC, with GATEWAY_WIRING=leaders the four that
 * are led in one of them. What uses it cannot tell which.
 */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  const wiring = process.env['GATEWAY_WIRING'];
  if (wiring !== 'distributed' && wiring !== 'leaders')
    return (await import('./standalone.ts')).installStandalone(options);
  return (await import('./distributed.ts')).installDistributed({
    ...options,
    areLeadersTogether: wiring === 'leaders',
  });
}
