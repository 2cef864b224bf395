import type pg from 'pg';
import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import type { Journal } from '#journal/journal.ts';
import { type KeptProjections, keepProjections } from '#journal/kept-projections.ts';
import { projectionsService } from '#journal/projections-service.ts';
import { type FollowedRegistry, followRegistry, noSnapshot } from '#registry/follow-registry.ts';
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

/** What a service decides by: the log under its term, from where, and what it followed. */
export type Turn = Pick<LeadParts, 'journal' | 'from' | 'following' | 'bus'>;

export interface LeadModules {
  readonly host: Host;
  /** Without the journal. */
  readonly modules: readonly ServiceModule[];
  /** What is led already: the journal, where it is in this process. */
  readonly led: readonly Led[];
  /** For the projections. */
  readonly journal: Journal;
  readonly pool: () => pg.Pool;
  readonly partsOf: (module: GatewayModule) => Omit<LogParts, 'host' | 'bus'>;
  /** Called once for each module, whose host is given. */
  readonly turnOf: (module: ServiceModule, host: Host) => Promise<Turn>;
  /** Keeps projections until the stop. */
  readonly keep: (kept: KeptProjections) => void;
  /** Before the modules that use others: gRPC, and whatever else has to be there before clients come. */
  readonly between: (
    led: readonly Led[],
    kept: KeptProjections,
    ports: LocalPorts,
    registry: LeadParts['registry'],
  ) => Promise<LocalPorts>;
}

/**
 * Leads modules: first those that use no other, with their projections; when they do their work, those that use them.
 * Resolves with what all offer.
 */
export async function leadModules(options: LeadModules): Promise<readonly Led[]> {
  const { host, modules, journal, pool, keep } = options;
  const keeping = Promise.withResolvers<KeptProjections>();
  const registry = once(async () => {
    const opened = await followRegistry(journal, { name: `${host.name}.registry`, snapshot: noSnapshot });
    host.stack.defer(() => opened.close());
    return opened;
  });
  let offered: LocalPorts = {};
  const neighbourPorts = (): LocalPorts => offered;
  const awaitProjection = async (name: string, position: number): Promise<void> =>
    (await keeping.promise).reached(name, position);
  const leadAll = (some: readonly ServiceModule[], local: LocalPorts): Promise<Led[]> => {
    // All stacks first, so that what is opened at the same time is closed in the modules' order.
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

/** The first call's promise, for all. A failure is tried again by the next call. */
function once(open: () => Promise<FollowedRegistry>): () => Promise<FollowedRegistry> {
  let opening: Promise<FollowedRegistry> | undefined;
  return () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}

/** The process as one of its modules sees it. */
export function hostOf(host: Host, name: ServiceName): Host {
  const stack = host.stack.use(new AsyncDisposableStack());
  if (host.name === name) return { ...host, stack };
  return { ...host, name, stack, logger: host.loggerOf(name) };
}

/** What is served of modules that keep projections, to operators and, where there are any, to other processes. */
export function servicesOf(
  led: readonly Led[],
  kept: KeptProjections,
  { withCallers }: { readonly withCallers: boolean },
): readonly ServedService[] {
  const deadLetters = [...kept.deadLetters, ...led.flatMap((each) => each.deadLetters ?? [])];
  return [
    ...led.flatMap((each) => [...((withCallers ? each.services : undefined) ?? []), ...(each.operatorServices ?? [])]),
    ...(kept.positions().size > 0 ? [projectionsService(kept), deadLettersService(deadLetters)] : []),
  ];
}

function portsOf(led: readonly Led[], kept: KeptProjections): LocalPorts {
  return {
    ...Object.assign({}, ...led.map((each) => each.ports)),
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
