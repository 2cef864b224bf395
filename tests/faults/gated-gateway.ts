import { type DistributedGateway, startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import type { DistributedOptions } from '#testkit/placed-processes.ts';
import { startTemporaryNats, type TemporaryNats } from '#testkit/temporary-nats.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { configure } from '../e2e/support/over-http.ts';
import { type RawProvider, startRawProvider } from '../e2e/support/raw-provider.ts';

/**
 * The six services over a NATS and a database of their own, and a provider that holds its answers back where it is told
 * to.
 */
export interface GatedGateway extends AsyncDisposable {
  readonly provider: RawProvider;
  readonly gateway: DistributedGateway;
  readonly nats: TemporaryNats;
  readonly databaseUrl: string;
}

export async function startGatedGateway(options: {
  readonly processes: DistributedOptions['processes'];
  readonly environment: Readonly<Record<string, string>>;
}): Promise<GatedGateway> {
  await using undo = new AsyncDisposableStack();
  const provider = undo.use(await startRawProvider());
  const folder = undo.use(await temporaryDataDir()).path;
  const database = undo.use(await createTemporaryDatabase());
  const nats = undo.use(await startTemporaryNats());
  const gateway = undo.use(
    await startDistributedGateway({
      databaseUrl: database.connectionString,
      natsUrl: nats.url,
      environment: await configure(folder, 'http://127.0.0.1:1', {
        providers: [{ name: 'gate', baseUrl: provider.baseUrl, models: ['gpt-4o'] }],
        environment: options.environment,
      }),
      ...(options.processes === undefined ? {} : { processes: options.processes }),
    }),
  );
  const running = undo.move();
  return {
    provider,
    gateway,
    nats,
    databaseUrl: database.connectionString,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
