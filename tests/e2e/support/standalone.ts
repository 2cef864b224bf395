import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { type GatewayProcess, startGatewayProcess, temporaryDataDir } from '#testkit/gateway-process.ts';
import { startSimulator } from '../../../tools/simulator/src/simulator.ts';
import type { Installation, InstallationOptions } from './installation.ts';
import { configure, overHttp } from './over-http.ts';

/** One process with an embedded PostgreSQL and a data directory. */
export interface StandaloneInstallation extends Installation {
  readonly dataDir: string;
  /** What the process is started with, beside its data directory. */
  readonly environment: Readonly<Record<string, string>>;
  /** The process that runs now. */
  readonly gateway: () => GatewayProcess;
  /** Starts a process on the same data directory; the one before must have ended. */
  start(): Promise<GatewayProcess>;
}

export async function installStandalone(options: InstallationOptions = {}): Promise<StandaloneInstallation> {
  await using undo = new AsyncDisposableStack();
  const dataDir = undo.use(await temporaryDataDir()).path;
  const simulatorUrl = options.simulatorUrl ?? undo.adopt(await startSimulator(), (each) => each.close()).url;
  const environment = await configure(dataDir, simulatorUrl, options);
  let running = await startGatewayProcess({ dataDir, environment });
  undo.defer(() => stopCompletely(running, dataDir));
  const installed = undo.move();
  return {
    ...overHttp(() => running),
    dataDir,
    simulatorUrl,
    environment,
    gateway: () => running,
    async stop() {
      await running.stop();
    },
    async start() {
      running = await startGatewayProcess({ dataDir, environment });
      return running;
    },
    databaseUrl: async () => (await startEmbeddedPostgres({ dataDir, log: () => undefined })).connectionString,
    [Symbol.asyncDispose]: () => installed.disposeAsync(),
  };
}

/** A process that was killed leaves its PostgreSQL behind. */
async function stopCompletely(gateway: GatewayProcess, dataDir: string): Promise<void> {
  await gateway.stop();
  if (!existsSync(join(dataDir, 'postgres/postmaster.pid'))) return;
  const { stop } = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  await stop();
}
