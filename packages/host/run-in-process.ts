import type { KeptProjections } from '#journal/kept-projections.ts';
import { tracedJournal } from '#journal/traced-journal.ts';
import type { Registry } from '#registry/registry.ts';
import { type GrpcServer, startGrpcServer } from '#rpc/server.ts';
import { closeInTime } from './close-in-time.ts';
import { type Host, required } from './host.ts';
import { findAdminTokenOf, grpcNeedsOf, hostOf, leadModules, servicesOf } from './lead-modules.ts';
import { listening } from './listening.ts';
import { openOwnDatabase } from './open-database.ts';
import { openDatabases } from './open-databases.ts';
import { registryOf } from './open-registry.ts';
import { grpcAddressOf } from './serve-grpc.ts';
import type { GatewayModule, Led, LocalPorts, LogModule, LogParts, ServiceModule } from './service-module.ts';

export interface InProcess {
  /** The address for clients. */
  readonly url: string;
  readonly grpcAddress: string;
  /** Lets running answers end, then closes everything in the order of its dependencies. */
  stop(): Promise<void>;
}

/**
 * Runs all services in this process, which is the whole gateway. Nothing goes over a bus, no process stands by, and the
 * epoch of the log's writer is the only fence.
 */
export async function runInProcess(
  host: Host,
  logModule: LogModule,
  modules: readonly ServiceModule[],
  {
    settle,
  }: {
    /**
     * Called before anybody can send a request, with what the modules offer and with policy up to the log's end. Returns
     * what the modules that use them see.
     */
    readonly settle: (ports: LocalPorts, registry: Registry) => Promise<LocalPorts>;
  },
): Promise<InProcess> {
  const all: readonly GatewayModule[] = [logModule, ...modules];
  for (const module of all) module.check?.(host);
  // Given back in reverse order, by the stop and by a start that fails half-way.
  await using opened = new AsyncDisposableStack();
  const own: Host = { ...host, stack: opened };
  const databases = await openDatabases(own, all, openOwnDatabase);
  const neighbours = new Set(all.map(({ name }) => name));
  const partsOf = (module: GatewayModule): Omit<LogParts, 'host' | 'bus'> => ({
    database: () => databases.of(module),
    isLeading: () => true,
    neighbours,
  });
  const log = await logModule.lead({ ...partsOf(logModule), host: hostOf(own, 'journal'), bus: undefined });
  const journal = tracedJournal(log.journal, host.tracer);
  let grpc: GrpcServer | undefined;
  const led = await leadModules({
    host: own,
    modules,
    led: [log],
    journal,
    pool: () => databases.shared().pool,
    partsOf,
    registry: registryOf(own, modules, journal, (module) => databases.of(module).pool),
    async turnOf(module) {
      const following = await module.follow?.({ pool: databases.of(module).pool, journal });
      return { journal, from: await journal.head(), following, bus: undefined };
    },
    keep: (kept) => opened.defer(() => closeInTime(kept)),
    async between(offered, kept, ports, registry) {
      const policy = await registry();
      await policy.reached(await journal.head());
      const seen = await settle(ports, policy);
      grpc = await serveOperators(own, offered, kept);
      return seen;
    },
  });
  const running = opened.move();
  return {
    url: led.find(({ url }) => url !== undefined)?.url ?? '',
    grpcAddress: grpc?.address ?? '',
    async stop() {
      // Runs while the answers end.
      void grpc?.drain();
      await running.disposeAsync();
    },
  };
}

async function serveOperators(host: Host, led: readonly Led[], kept: KeptProjections): Promise<GrpcServer> {
  const { adminToken } = required(host, { adminToken: 'GATEWAY_ADMIN_TOKEN' });
  const address = grpcAddressOf(host.config);
  const { requestMaxBytes } = grpcNeedsOf(led);
  const server = await listening(
    address,
    startGrpcServer({
      ...address,
      services: servicesOf(led, kept, { withCallers: false }),
      requestMaxBytes,
      withReflection: true,
      adminToken,
      findAdminToken: findAdminTokenOf(led),
      logger: host.logger,
    }),
  );
  host.stack.defer(() => server.drain());
  return server;
}
