import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import {
  leaderNames,
  type ProgramName,
  type ServiceName,
  type ServiceProcess,
  serviceNames,
  serviceProcess,
} from './service-process.ts';

/** Node starts, a migration, an election, a fold; all twelve at once on a machine that is busy with tests. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export interface DistributedOptions {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly redisUrl?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** For one service alone, over what all have. */
  readonly environmentOf?: Readonly<Partial<Record<ProgramName, Readonly<Record<string, string>>>>>;
  /** Each process' log goes to a file of this folder; absent: to its `lines`. */
  readonly logFolder?: string;
  /** Processes of each service; 1 where it is left out. */
  readonly processes?: Readonly<Partial<Record<ProgramName, number>>>;
  /** The four services that are led run in one process. */
  readonly areLeadersTogether?: boolean;
}

/** The six services as processes on this machine, each in its own, or those that are led in one. */
export interface DistributedGateway extends AsyncDisposable {
  readonly processes: readonly ServiceProcess[];
  of(service: ServiceName): readonly ServiceProcess[];
  readonly adminToken: string;
  /** Of each ingress. */
  readonly urls: readonly string[];
  /** Of every gRPC server there is, as gatewayctl takes them. */
  readonly grpcAddresses: string;
  /** Of one process: its gRPC server as host:port, its metrics as a URL. */
  placeOf(process: ServiceProcess): { readonly grpc: string; readonly metricsUrl: string };
  /** The process that leads a service now. */
  leader(service: ServiceName): Promise<ServiceProcess>;
  /** Waits until every process is ready, standbys as such. */
  ready(): Promise<void>;
}

interface Placed {
  readonly process: ServiceProcess;
  readonly grpc: string;
  readonly ops: string;
  readonly url: string;
}

/** Starts all processes at once, in no order, and waits until each is ready. */
export async function startDistributedGateway(options: DistributedOptions): Promise<DistributedGateway> {
  const programs = programsOf(options);
  const places = await Promise.all(
    programs.flatMap((service) =>
      Array.from({ length: options.processes?.[service] ?? 1 }, async (_, index) => ({
        service,
        instance: `${service}-${index + 1}`,
        ports: await Promise.all([freePort(), freePort(), freePort()]),
      })),
    ),
  );
  const addressesOf = (service: ServiceName): string =>
    places
      .filter((place) => runs(place.service, service))
      .map((place) => `127.0.0.1:${place.ports[0]}`)
      .join(',');
  const adminToken = randomBytes(24).toString('hex');
  const shared = {
    DATABASE_URL: options.databaseUrl,
    NATS_URL: options.natsUrl,
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    GATEWAY_ADMIN_TOKEN: adminToken,
    GATEWAY_KEY_PEPPER: randomBytes(32).toString('hex'),
    ...Object.fromEntries(
      serviceNames
        .filter((service) => service !== 'ingress')
        .map((service) => [`GATEWAY_${service.toUpperCase()}_ADDRESSES`, addressesOf(service)]),
    ),
    ...options.environment,
  };
  const placed: Placed[] = places.map(({ service, instance, ports: [grpc, ops, http] }) => ({
    process: serviceProcess(
      service,
      instance,
      {
        ...shared,
        ...options.environmentOf?.[service],
        GATEWAY_GRPC_PORT: String(grpc),
        GATEWAY_OPS_PORT: String(ops),
        GATEWAY_PORT: String(http),
      },
      options.logFolder === undefined ? undefined : join(options.logFolder, `${instance}.log`),
    ),
    grpc: `127.0.0.1:${grpc}`,
    ops: `http://127.0.0.1:${ops}`,
    url: `http://127.0.0.1:${http}`,
  }));
  for (const { process } of placed) {
    process.start();
    process.supervise();
  }

  const gateway: DistributedGateway = {
    adminToken,
    processes: placed.map(({ process }) => process),
    of: (service) => placed.filter(({ process }) => runs(process.service, service)).map(({ process }) => process),
    urls: placed.filter(({ process }) => process.service === 'ingress').map(({ url }) => url),
    grpcAddresses: placed
      .filter(({ process }) => process.service !== 'ingress' && process.service !== 'router')
      .map(({ grpc }) => grpc)
      .join(','),
    placeOf(process) {
      const place = placed.find((each) => each.process === process);
      if (place === undefined) throw new Error(`${process.instance} is none of this gateway's processes`);
      return { grpc: place.grpc, metricsUrl: `${place.ops}/metrics` };
    },
    async leader(service) {
      const found = await poll(`a leader of ${service}`, placed, async () => {
        for (const place of placed.filter(({ process }) => runs(process.service, service))) {
          const { checks } = await readiness(place.ops);
          if (checks?.['leadership'] === 'ok' && checks[service] === 'ok') return place.process;
        }
        return undefined;
      });
      return found;
    },
    async ready() {
      await poll('every process to be ready', placed, async () => {
        const states = await Promise.all(placed.map(({ ops }) => readiness(ops)));
        return states.every(({ status }) => status === 'ready') || undefined;
      });
      for (const service of leaderNames) await gateway.leader(service);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        placed.map(async ({ process }) => {
          process.signal('SIGCONT');
          await process.stop('SIGKILL');
        }),
      );
    },
  };
  try {
    await gateway.ready();
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
  return gateway;
}

function programsOf({ areLeadersTogether = false }: DistributedOptions): readonly ProgramName[] {
  return areLeadersTogether ? ['leaders', 'router', 'ingress'] : serviceNames;
}

function runs(program: ProgramName, service: ServiceName): boolean {
  return program === service || (program === 'leaders' && leaderNames.some((name) => name === service));
}

async function readiness(ops: string): Promise<{ status?: string; checks?: Record<string, string> }> {
  try {
    const answer = await fetch(`${ops}/health/ready`, { signal: AbortSignal.timeout(1_000) });
    return (await answer.json()) as { status?: string; checks?: Record<string, string> };
  } catch {
    return {};
  }
}

async function poll<T>(what: string, placed: readonly Placed[], look: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadlineMs) {
      const tails = placed.map(({ process }) => `── ${process.instance}\n${process.lines.slice(-8).join('\n')}`);
      throw new Error(`waited too long for ${what}:\n${tails.join('\n')}`);
    }
    await pause(POLL_MS);
  }
}
