import type { Bus } from '#bus/connect-bus.ts';
import type { RemoteJournal } from '#clients/journal/connect-journal.ts';
import type { GatewayConfig } from '#config/gateway-config.ts';
import type { Journal } from '#journal/journal.ts';
import type { KeptProjections } from '#journal/kept-projections.ts';
import { tracedJournal } from '#journal/traced-journal.ts';
import { type BegunTerm, beginTerm } from '#leadership/begin-term.ts';
import { openBus, openRemoteJournal } from './connect-parts.ts';
import { followAll } from './follow-all.ts';
import { type Host, required } from './host.ts';
import { lead } from './lead.ts';
import { findAdminTokenOf, grpcNeedsOf, hostOf, leadModules, servicesOf, type Turn } from './lead-modules.ts';
import { openDatabases } from './open-databases.ts';
import { registryOf } from './open-registry.ts';
import { runService } from './run-service.ts';
import { serveGrpc } from './serve-grpc.ts';
import type { GatewayModule, Led, LedLog, LogModule, LogParts, ServiceModule } from './service-module.ts';
import { waitFor } from './wait-for.ts';

/**
 * Runs one service, or several together, as one process among others, over the bus. If a service is led, the process
 * first waits to lead all of its led services.
 */
export function runModules(
  modules: readonly GatewayModule[],
  { command, args }: { readonly command?: string; readonly args?: readonly string[] } = {},
): Promise<void> {
  return runService({
    name: modules.map(({ name }) => name).join('+'),
    services: modules.map(({ name }) => name),
    schemas: modules.flatMap(({ name, schema }) => (schema === undefined ? [] : name)),
    usage: modules.map(({ usage }) => usage).join('\n'),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    start: (host) => startModules(host, modules),
  });
}

/** The log as this process has it. */
interface Log {
  readonly journal: Journal;
  knownHead(): number;
}

async function startModules(host: Host, modules: readonly GatewayModule[]): Promise<void> {
  requireSettings(host, modules);
  for (const module of modules) module.check?.(host);
  const databases = await openDatabases(host, modules);
  const bus = await openBus(host);
  const logModule = modules.find((module) => module.name === 'journal');
  const services = modules.filter((module) => module.name !== 'journal');
  const remote = logModule === undefined ? openRemoteJournal(host, bus) : undefined;
  const followings = remote === undefined ? undefined : await followAll(host, services, databases, remote);
  const poolOf = (module: GatewayModule) => databases.of(module).pool;
  const followed = remote === undefined ? undefined : registryOf(host, services, remote, poolOf);
  // A standby knows policy by the time it leads. What fails here is tried again then.
  if (services.some(({ readsPolicy }) => readsPolicy)) void followed?.().catch(() => undefined);
  const afterLease = host.stack.use(new AsyncDisposableStack());
  const led = modules.filter(isLed).map(({ name }) => name);
  const leases = led.length === 0 ? undefined : await lead(host, led, databases.shared().pool, bus);
  const isLeading = leases?.isHeld ?? (() => true);
  const neighbours = new Set(modules.map(({ name }) => name));
  const partsOf = (module: GatewayModule): Omit<LogParts, 'host' | 'bus'> => ({
    database: () => databases.of(module),
    isLeading,
    neighbours,
  });
  const overBus = { bus, afterLease };
  const ledLog = await leadLog(host, logModule, partsOf, overBus);
  const log: Log = ledLog ?? logOf(remote);
  const journal = tracedJournal(log.journal, host.tracer);
  const terms = await beginTerms(host, services, journal, isLeading);
  if (remote !== undefined) await followings?.caughtUp(terms);

  await leadModules({
    host,
    modules: services,
    led: ledLog === undefined ? [] : [ledLog],
    journal: log.journal,
    pool: () => databases.shared().pool,
    partsOf,
    registry: followed ?? registryOf(host, services, log.journal, poolOf),
    async turnOf(module) {
      const term = terms.get(module);
      const following =
        followings?.of(module) ??
        (await module.follow?.({ pool: databases.of(module).pool, journal: { subscribe: log.journal.subscribe } }));
      const turn: Turn = {
        journal: term?.journal ?? journal,
        from: term?.position ?? 0,
        following,
        bus: overBus,
      };
      return turn;
    },
    keep: (kept) => keepUntilStop(host, kept, log, afterLease),
    async between(all, kept, ports) {
      await serve(host, all, kept, { afterLease, isServing: leases?.isHeld });
      return ports;
    },
  });
}

function isLed(module: GatewayModule): boolean {
  return module.name === 'journal' || module.isLed === true;
}

function logOf(remote: RemoteJournal | undefined): Log {
  if (remote === undefined) throw new Error('there is no log');
  return { journal: remote, knownHead: remote.knownHead };
}

/** Throws with all missing settings at once. */
function requireSettings(host: Host, modules: readonly GatewayModule[]): void {
  const here = new Set<string>(modules.map(({ name }) => name));
  const used = modules.flatMap((module) => (module.name === 'journal' ? [] : (module.uses ?? [])));
  const read = modules.some((module) => module.name !== 'journal' && module.readsPolicy) ? ['accounts'] : [];
  const called = ['journal', ...used, ...read].filter((name) => !here.has(name));
  const needed: Partial<Record<keyof GatewayConfig, string>> = {
    ...(modules.some(({ schema }) => schema !== undefined) ? { databaseUrl: 'DATABASE_URL' } : {}),
    natsUrl: 'NATS_URL',
    ...Object.fromEntries(called.map((name) => [`${name}Addresses`, `GATEWAY_${name.toUpperCase()}_ADDRESSES`])),
    adminToken: 'GATEWAY_ADMIN_TOKEN',
    ...Object.assign({}, ...modules.map(({ needs }) => needs)),
  };
  required(host, needed as Record<keyof GatewayConfig, string>);
}

async function leadLog(
  host: Host,
  module: LogModule | undefined,
  partsOf: (module: GatewayModule) => Omit<LogParts, 'host' | 'bus'>,
  over: { readonly bus: Bus; readonly afterLease: AsyncDisposableStack },
): Promise<LedLog | undefined> {
  return module?.lead({ ...partsOf(module), host: hostOf(host, module.name), bus: over });
}

/** Begins a term of each led service. The log's writer has its epoch instead. */
async function beginTerms(
  host: Host,
  modules: readonly ServiceModule[],
  journal: Journal,
  isHeld: () => boolean,
): Promise<ReadonlyMap<ServiceModule, BegunTerm>> {
  const terms = new Map<ServiceModule, BegunTerm>();
  for (const module of modules.filter(isLed)) {
    const { name: service } = module;
    const { instance: holder, fence: onSuperseded } = host;
    const begin = (): Promise<BegunTerm> => beginTerm({ journal, service, holder, isHeld, onSuperseded });
    const term = await waitFor('the log', begin, host);
    // Runs before the lease is given back, so that the successor finds in the log all events there will ever be.
    host.stack.defer(() => term.end());
    host.logger.info({ service, epoch: term.epoch, position: term.position }, 'a term has begun');
    terms.set(module, term);
  }
  return terms;
}

/**
 * Projections end with the stop. A batch under way may end after the lease was given back: it may wait for a lock, or
 * for a database that hangs. The successor finds out which events are taken.
 */
function keepUntilStop(host: Host, kept: KeptProjections, log: Log, afterLease: AsyncDisposableStack): void {
  const { metrics } = host;
  afterLease.defer(() => kept.close());
  host.stack.defer(() => void kept.close());
  if (kept.positions().size === 0) return;
  host.beforeMetrics(() => {
    metrics.logPosition.set(log.knownHead());
    for (const [consumer, position] of kept.positions()) {
      metrics.consumerLag.set({ consumer }, Math.max(0, log.knownHead() - position));
    }
  });
}

/** Starts one server for all services of the process. */
async function serve(
  host: Host,
  led: readonly Led[],
  kept: KeptProjections,
  { afterLease, isServing }: { afterLease: AsyncDisposableStack; isServing: (() => boolean) | undefined },
): Promise<void> {
  const services = servicesOf(led, kept, { withCallers: true });
  if (services.length === 0) return;
  const findAdminToken = findAdminTokenOf(led);
  await serveGrpc(host, services, {
    ...(isServing === undefined ? {} : { isServing, afterLease }),
    ...grpcNeedsOf(led),
    ...(findAdminToken === undefined ? {} : { findAdminToken }),
  });
}
