import { borrowNats } from '#testkit/borrowed-nats.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { startSimulator } from '../../../tools/simulator/src/simulator.ts';
import type { Installation, InstallationOptions } from './installation.ts';
import { configure, overHttp } from './over-http.ts';

/** The six services as processes, over a NATS and a database of their own. */
export async function installDistributed(
  options: InstallationOptions & { readonly areLeadersTogether?: boolean } = {},
): Promise<Installation> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryDataDir()).path;
  const simulatorUrl = options.simulatorUrl ?? undo.adopt(await startSimulator(), (each) => each.close()).url;
  const environment = await configure(folder, simulatorUrl, options);
  const [database, nats] = await Promise.all([createTemporaryDatabase(), borrowNats()]);
  undo.use(database);
  undo.use(nats);
  const processes = undo.use(
    await startDistributedGateway({
      databaseUrl: database.connectionString,
      natsUrl: nats.url,
      environment,
      areLeadersTogether: options.areLeadersTogether ?? false,
    }),
  );
  const reach = () => ({
    url: processes.urls[0] ?? '',
    grpcAddress: processes.grpcAddresses,
    adminToken: processes.adminToken,
    lines: processes.processes.flatMap((process) => process.lines),
  });
  const installed = undo.move();
  return {
    ...overHttp(reach),
    simulatorUrl,
    gateway: reach,
    async stop() {
      await Promise.all(processes.processes.map((process) => process.stop()));
    },
    databaseUrl: async () => database.connectionString,
    [Symbol.asyncDispose]: () => installed.disposeAsync(),
  };
}
