import type { Server as Listener, Socket } from 'node:net';
import { Server, status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { FindAdminToken } from '#contracts/admin.ts';
import { faultFrom } from '#errors/fault.ts';
import { authorization } from './authorization.ts';
import { createCallsUnderWay } from './calls-under-way.ts';
import { type Connections, createConnections } from './connections.ts';
import { grpcStatusOf } from './fault-status.ts';
import { startHealth } from './health.ts';
import {
  CONCURRENT_STREAMS_MAX,
  type ConnectionBounds,
  connectionBounds,
  DRAIN_TIMEOUT_MS,
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  REQUEST_MAX_BYTES,
  RESPONSE_MAX_BYTES,
} from './limits.ts';
import { listen } from './listen.ts';
import { createMultiplexer, type Multiplexer } from './multiplex/multiplexer.ts';
import { serverCredentials, type TlsFiles } from './rpc-peer.ts';
import type { CallGuards, ServedService } from './served-service.ts';

export interface GrpcServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly services: readonly ServedService[];
  /** Every call of `services` must carry it as a bearer token. Health needs no token. */
  readonly adminToken: string;
  /** Personal tokens that are taken as well, by those whose role may; absent: none. */
  readonly findAdminToken?: FindAdminToken | undefined;
  /** Given: mutual TLS. */
  readonly tls?: TlsFiles | undefined;
  /** Whether this process leads. Absent: it always does. Health answers by it, too. */
  readonly isServing?: (() => boolean) | undefined;
  /** The longest request, if more than REQUEST_MAX_BYTES. */
  readonly requestMaxBytes?: number | undefined;
  /** Whether streaming methods may also share one stream, for a hot path. */
  readonly withMultiplexing?: boolean | undefined;
  /** Whether tools may ask what is served. Loads the reflection service. */
  readonly withReflection?: boolean | undefined;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly drainTimeoutMs?: number;
  /** Other bounds than those of limits.ts, for tests. */
  readonly connectionBounds?: Partial<ConnectionBounds> | undefined;
}

export interface GrpcServer {
  /** host:port, with the port that was taken. */
  readonly address: string;
  /** Takes no new calls, lets running ones end within a bound, then closes. May be called again. */
  drain(): Promise<void>;
  /**
   * Begins to drain. Resolves when the unary calls have ended, or after half a second. After that another process may
   * lead, while running reads go on.
   */
  retire(): Promise<void>;
}

/**
 * Calls take milliseconds. A slower call waits for something else, or reads, and must not keep a successor from
 * leading. What it appends later is refused.
 */
const RETIRE_TIMEOUT_MS = 500;

/** Serves services and the standard health service over HTTP/2. Rejects if the address cannot be bound. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { host, services, logger } = options;
  // Callers rely on at least this limit before the server states its own.
  const requestMaxBytes = Math.max(options.requestMaxBytes ?? 0, REQUEST_MAX_BYTES);
  const isServing = options.isServing ?? (() => true);
  const bounds = { ...connectionBounds, ...options.connectionBounds };
  const connections = createConnections(bounds);
  const onFailure = (method: string, thrown: unknown): void => logFailure(logger, method, thrown);
  const { adminToken, findAdminToken } = options;
  const server = new Server({
    interceptors: [authorization({ adminToken, findAdminToken, isServing, connections, onRefused: onFailure, logger })],
    'grpc.max_receive_message_length': requestMaxBytes,
    'grpc.max_send_message_length': RESPONSE_MAX_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_concurrent_streams': CONCURRENT_STREAMS_MAX,
    'grpc.max_connection_idle_ms': bounds.idleMaxMs,
  });
  const calls = createCallsUnderWay();
  const guards: CallGuards = { isServing, onBegin: calls.begin, onFailure };
  const health = startHealth(
    services.map((service) => service.name),
    isServing,
  );
  for (const { definition, implementation } of services) server.addService(definition, implementation(guards));
  server.addService(health.service.definition, health.service.implementation({ ...guards, isServing: () => true }));

  const multiplexer =
    options.withMultiplexing === true ? createMultiplexer(services, guards, requestMaxBytes) : undefined;
  if (multiplexer !== undefined) server.addService(multiplexer.definition, multiplexer.implementation);
  if (options.withReflection === true) {
    const { addReflection } = await import('./reflection.ts');
    addReflection(
      server,
      [...services, health.service, ...(multiplexer === undefined ? [] : [multiplexer])].map(
        (service) => service.descriptor,
      ),
    );
  }
  // This code accepts the sockets, because grpc-js bounds neither their number nor their waits.
  const injector = server.createConnectionInjector(serverCredentials(options.tls));
  const { port, servers: listeners } = await bind(host, options.port, (socket) => {
    if (connections.admit(socket)) injector.injectConnection(socket);
  });
  let draining: Promise<void> | undefined;
  const drain = (): Promise<void> => {
    health.stopServing();
    const timeoutMs = options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
    draining ??= shutDown({ server, listeners, connections, multiplexer, timeoutMs });
    return draining;
  };
  return {
    address: authority(host, port),
    drain,
    retire() {
      void drain();
      return calls.idle(RETIRE_TIMEOUT_MS);
    },
  };
}

async function bind(host: string, port: number, onConnection: (socket: Socket) => void) {
  try {
    return await listen(host, port, onConnection);
  } catch (error) {
    throw new Error(`gRPC cannot listen on ${authority(host, port)}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Sessions end first, while connections are unchanged. After HTTP/2's own goodbye, the next keepalive ping of grpc-js
 * fails and cuts the running calls (grpc/grpc-node#3068).
 */
async function shutDown(parts: {
  readonly server: Server;
  readonly listeners: readonly Listener[];
  readonly connections: Connections;
  readonly multiplexer: Multiplexer | undefined;
  readonly timeoutMs: number;
}): Promise<void> {
  const { server, listeners, connections, multiplexer, timeoutMs } = parts;
  const forced = Promise.withResolvers<void>();
  let timer = setTimeout(() => {
    for (const listener of listeners) listener.close();
    server.forceShutdown();
    timer = setTimeout(forced.resolve, FORCED_CLOSE_MS);
  }, timeoutMs);
  const closed = async (): Promise<void> => {
    await multiplexer?.close();
    for (const listener of listeners) listener.close();
    // Says goodbye on all connections. It does not wait for connections that it has not accepted itself.
    server.tryShutdown(() => undefined);
    await connections.ended();
  };
  await Promise.race([closed(), forced.promise]);
  clearTimeout(timer);
  connections.close();
}

/**
 * Connections that were cut close within some turns of the event loop. This does not wait longer: if a connection
 * breaks while the shutdown begins, grpc-js waits for an event that Node never emits.
 */
const FORCED_CLOSE_MS = 250;

/** A failure of the gateway is logged as an error with its cause; a failure of the caller as a warning. */
function logFailure(logger: GrpcServerOptions['logger'], method: string, thrown: unknown): void {
  const fault = faultFrom(thrown);
  const isOurs = grpcStatusOf(fault.code) === status.INTERNAL;
  // If a part is away, the log must say which one, too.
  const isTold = isOurs || fault.code === 'unavailable';
  const fields = { method, code: fault.code, err: isTold ? (fault.cause ?? fault) : undefined };
  if (isOurs) logger.error(fields, 'gRPC call failed');
  else logger.warn(fields, fault.message);
}

function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
