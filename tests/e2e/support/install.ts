import type { Installation, InstallationOptions } from './installation.ts';

/**
 * Starts a gateway whose providers are the simulator, in both wire formats, and those given: all in one process, or with
 * GATEWAY_WIRING=distributed the six services as processes over NATS and gRPC. What uses it cannot tell which.
 */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  if (process.env['GATEWAY_WIRING'] !== 'distributed')
    return (await import('./standalone.ts')).installStandalone(options);
  return (await import('./distributed.ts')).installDistributed(options);
}
