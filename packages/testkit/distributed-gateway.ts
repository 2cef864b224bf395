import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type DistributedOptions, type Placed, placeProcesses, runs } from './placed-processes.ts';
import { leaderNames, type ServiceName, type ServiceProcess } from './service-process.ts';

/** Node starts, a migration, an election, a fold; all twelve at once on a machine that is busy with tests. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

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

/** Starts all processes at once, in no order, and waits until each is ready. */
export async function startDistributedGateway(options: DistributedOptions): Promise<DistributedGateway> {
  const adminToken = randomBytes(24).toString('hex');
  const placed = await placeProcesses(options, adminToken);
  for (const { process } of placed) {
    process.start();
    process.supervise();
  }
  const gateway = gatewayOf(placed, adminToken);
  try {
    await gateway.ready();
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
  return gateway;
}

function gatewayOf(placed: readonly Placed[], adminToken: string): DistributedGateway {
  return {
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
    leader: (service) => leaderOf(placed, service),
    ready: () => untilReady(placed),
    [Symbol.asyncDispose]: () => killAll(placed),
  };
}

/** Polls until one process of the service says that it leads. */
function leaderOf(placed: readonly Placed[], service: ServiceName): Promise<ServiceProcess> {
  return poll(`a leader of ${service}`, placed, async () => {
    for (const place of placed.filter(({ process }) => runs(process.service, service))) {
      const { checks } = await readiness(place.ops);
      if (checks?.['leadership'] === 'ok' && checks[service] === 'ok') return place.process;
    }
    return undefined;
  });
}

async function untilReady(placed: readonly Placed[]): Promise<void> {
  await poll('every process to be ready', placed, async () => {
    const states = await Promise.all(placed.map(({ ops }) => readiness(ops)));
    return states.every(({ status }) => status === 'ready') || undefined;
  });
  for (const service of leaderNames) await leaderOf(placed, service);
}

async function killAll(placed: readonly Placed[]): Promise<void> {
  await Promise.all(
    placed.map(async ({ process }) => {
      // A process that a test stopped takes no other signal before this one.
      process.signal('SIGCONT');
      await process.stop('SIGKILL');
    }),
  );
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
