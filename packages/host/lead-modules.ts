import type pg from 'pg';
import type { FindAdminToken } from '#contracts/admin.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import { deadLettersHere } from '#dead-letters/dead-letters-port.ts';
import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import type { Journal } from '#journal/journal.ts';
import { type KeptProjections, keepProjections } from '#journal/kept-projections.ts';
import { projectionsService } from '#journal/projections-service.ts';
import type { ServedService } from '#rpc/served-service.ts';
import type { Host } from './host.ts';
import type {
  GatewayModule,
  LeadParts,
  Led,
  LocalPorts,
  LogParts,
  ServiceModule,
  ServiceName,
} from './service-module.ts';

/** What a service leads with: the log under its term, the position to start from, and its fold. */
export type Turn = Pick<LeadParts, 'journal' | 'from' | 'following' | 'bus'>;

export interface LeadModules {
  readonly host: Host;
  /** All modules of the process but the journal. */
  readonly modules: readonly ServiceModule[];
  /** The module that leads already: the journal, if it is in this process. */
  readonly led: readonly Led[];
  /** The log that projections read. */
  readonly journal: Journal;
  readonly pool: () => pg.Pool;
  readonly partsOf: (module: GatewayModule) => Omit<LogParts, 'host' | 'bus'>;
  /** Called once for each module, with its host. */
  readonly turnOf: (module: ServiceModule, host: Host) => Promise<Turn>;
  /** Policy in this process' memory. */
  readonly registry: LeadParts['registry'];
  /** Keeps projections until the stop. */
  readonly keep: (kept: KeptProjections) => void;
  /**
   * Called before the modules that use others lead, to start gRPC and everything else that must be there before clients
   * come.
   */
  readonly between: (
    led: readonly Led[],
    kept: KeptProjections,
    ports: LocalPorts,
    registry: LeadParts['registry'],
  ) => Promise<LocalPorts>;
}

/**
 * Leads modules: first those that use no other module, with their projections; once these work, those that use them.
 * Resolves with what all modules offer.
 */
export async function leadModules(options: LeadModules): Promise<readonly Led[]> {
  const { host, modules, journal, pool, keep, registry } = options;
  const keeping = Promise.withResolvers<KeptProjections>();
  let offered: LocalPorts = {};
  const neighbourPorts = (): LocalPorts => offered;
  const awaitProjection = async (name: string, position: number): Promise<void> =>
    (await keeping.promise).reached(name, position);
  const leadAll = (some: readonly ServiceModule[], local: LocalPorts): Promise<Led[]> => {
    // All stacks come first, so that what is opened at the same time is closed in the modules' order.
    const hosts = some.map((module) => hostOf(host, module.name));
    return Promise.all(
      some.map(async (module, index) => {
        const own = hosts[index] ?? host;
        const turn = await options.turnOf(module, own);
        const parts = {
          ...options.partsOf(module),
          ...turn,
          host: own,
          awaitProjection,
          local,
          neighbourPorts,
          registry,
        };
        return module.lead(parts);
      }),
    );
  };

  const led = [
    ...options.led,
    ...(await leadAll(
      modules.filter(({ uses }) => uses === undefined),
      {},
    )),
  ];
  const projections = led.flatMap((each) => each.projections ?? []);
  const { logger } = host;
  const kept =
    projections.length === 0 ? nothingKept : await keepProjections(projections, { journal, pool: pool(), logger });
  keep(kept);
  keeping.resolve(kept);
  await Promise.all(led.map((each) => each.begin?.()));
  const ports = await options.between(led, kept, portsOf(led, kept), registry);
  offered = ports;
  const users = await leadAll(
    modules.filter(({ uses }) => uses !== undefined),
    ports,
  );
  offered = { ...ports, ...Object.assign({}, ...users.map((each) => each.ports)) };
  for (const each of [...led, ...users]) each.publishMetrics?.();
  return [...led, ...users];
}

/** The process as one of its modules sees it. */
export function hostOf(host: Host, name: ServiceName): Host {
  const stack = host.stack.use(new AsyncDisposableStack());
  if (host.name === name) return { ...host, stack };
  return { ...host, name, stack, logger: host.loggerOf(name) };
}

/** The gRPC services over projections and dead letters, for operators and, if there are any, other processes. */
export function servicesOf(
  led: readonly Led[],
  kept: KeptProjections,
  { withCallers }: { readonly withCallers: boolean },
): readonly ServedService[] {
  return [
    ...led.flatMap((each) => [...((withCallers ? each.services : undefined) ?? []), ...(each.operatorServices ?? [])]),
    ...(kept.positions().size > 0 ? [projectionsService(kept), deadLettersService(deadLettersIn(led, kept))] : []),
  ];
}

function deadLettersIn(led: readonly Led[], kept: KeptProjections): readonly DeadLetterSource[] {
  return [...kept.deadLetters, ...led.flatMap((each) => each.deadLetters ?? [])];
}

/** The look-up of personal tokens, where one of the modules has it. */
export function findAdminTokenOf(led: readonly Led[]): FindAdminToken | undefined {
  return led.find(({ findAdminToken }) => findAdminToken !== undefined)?.findAdminToken;
}

/** What the gRPC calls of all modules together need of the server. */
export function grpcNeedsOf(led: readonly Led[]): NonNullable<Led['grpc']> {
  const needs = led.flatMap(({ grpc }) => grpc ?? []);
  return {
    requestMaxBytes: Math.max(0, ...needs.map(({ requestMaxBytes }) => requestMaxBytes)),
    withMultiplexing: needs.some(({ withMultiplexing }) => withMultiplexing),
  };
}

function portsOf(led: readonly Led[], kept: KeptProjections): LocalPorts {
  return {
    ...Object.assign({}, ...led.map((each) => each.ports)),
    deadLetters: deadLettersHere(deadLettersIn(led, kept)),
    stats: () => ({
      ...Object.assign({}, ...led.map((each) => each.stats?.())),
      projections: Object.fromEntries(kept.positions()),
    }),
  };
}

const nothingKept: KeptProjections = {
  positions: () => new Map(),
  reached: async () => undefined,
  replay: async (name) => {
    throw new Error(`no projection ${name}`);
  },
  deadLetters: [],
  close: async () => undefined,
};
