import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import {
  leaderNames,
  type ProgramName,
  type ServiceName,
  type ServiceProcess,
  serviceNames,
  serviceProcess,
} from './service-process.ts';

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

/** A process of a gateway with its addresses. It is not started. */
export interface Placed {
  readonly process: ServiceProcess;
  /** host:port of its gRPC server. */
  readonly grpc: string;
  /** URL of its health and metrics. */
  readonly ops: string;
  /** URL of its API; only an ingress serves one. */
  readonly url: string;
}

/** A program with its three ports, before its environment is known: that names the ports of all the others. */
interface Place {
  readonly program: ProgramName;
  readonly instance: string;
  readonly grpcPort: number;
  readonly opsPort: number;
  readonly httpPort: number;
}

/** Gives every process its ports, and the addresses of all the others. */
export async function placeProcesses(options: DistributedOptions, adminToken: string): Promise<readonly Placed[]> {
  const programs: readonly ProgramName[] = options.areLeadersTogether ? ['leaders', 'router', 'ingress'] : serviceNames;
  const instances = programs.flatMap((program) =>
    Array.from({ length: options.processes?.[program] ?? 1 }, (_, index) => ({ program, index })),
  );
  const places = await Promise.all(
    instances.map(({ program, index }) => findPlace(program, `${program}-${index + 1}`)),
  );
  const shared = sharedEnvironment(options, adminToken, places);
  return places.map((place) => placedProcess(place, shared, options));
}

/** Whether a program serves a service. */
export function runs(program: ProgramName, service: ServiceName): boolean {
  return program === service || (program === 'leaders' && leaderNames.some((name) => name === service));
}

async function findPlace(program: ProgramName, instance: string): Promise<Place> {
  const [grpcPort, opsPort, httpPort] = await Promise.all([freePort(), freePort(), freePort()]);
  return { program, instance, grpcPort, opsPort, httpPort };
}

/** What all processes are told. */
function sharedEnvironment(
  { databaseUrl, natsUrl, redisUrl, environment }: DistributedOptions,
  adminToken: string,
  places: readonly Place[],
): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    GATEWAY_ADMIN_TOKEN: adminToken,
    GATEWAY_KEY_PEPPER: randomBytes(32).toString('hex'),
    GATEWAY_MASTER_KEY: randomBytes(32).toString('hex'),
    ...Object.fromEntries(
      serviceNames
        .filter((service) => service !== 'ingress')
        .map((service) => [`GATEWAY_${service.toUpperCase()}_ADDRESSES`, addressesOf(service, places)]),
    ),
    ...environment,
  };
}

function addressesOf(service: ServiceName, places: readonly Place[]): string {
  return places
    .filter(({ program }) => runs(program, service))
    .map(({ grpcPort }) => `127.0.0.1:${grpcPort}`)
    .join(',');
}

function placedProcess(
  { program, instance, grpcPort, opsPort, httpPort }: Place,
  shared: Readonly<Record<string, string>>,
  { environmentOf, logFolder }: DistributedOptions,
): Placed {
  const environment = {
    ...shared,
    ...environmentOf?.[program],
    GATEWAY_GRPC_PORT: String(grpcPort),
    GATEWAY_OPS_PORT: String(opsPort),
    GATEWAY_PORT: String(httpPort),
  };
  const logPath = logFolder === undefined ? undefined : join(logFolder, `${instance}.log`);
  return {
    process: serviceProcess(program, instance, environment, logPath),
    grpc: `127.0.0.1:${grpcPort}`,
    ops: `http://127.0.0.1:${opsPort}`,
    url: `http://127.0.0.1:${httpPort}`,
  };
}
