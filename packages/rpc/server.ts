import type { AddressInfo } from 'node:net';
import { Server, type ServerCredentials, status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { faultFrom } from '#errors/fault.ts';
import { bearerTokenCheck } from './bearer-token.ts';
import { createCallsUnderWay } from './calls-under-way.ts';
import { grpcStatusOf } from './fault-status.ts';
import { startHealth } from './health.ts';
import {
  DRAIN_TIMEOUT_MS,
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  REQUEST_MAX_BYTES,
  RESPONSE_MAX_BYTES,
} from './limits.ts';
import { createMultiplexer, type Multiplexer } from './multiplex/multiplexer.ts';
import { serverCredentials, type TlsFiles } from './rpc-peer.ts';
import type { CallGuards, ServedService } from './served-service.ts';

export interface GrpcServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly services: readonly ServedService[];
  /** Every call of `services` must carry it as a bearer token. Health may be asked by anyone. */
  readonly adminToken: string;
  /** Given: mutual TLS. */
  readonly tls?: TlsFiles | undefined;
  /** Whether this process leads; absent: it always does its work. Health says the same. */
  readonly isServing?: (() => boolean) | undefined;
  /** The longest request that is taken, where it is more than REQUEST_MAX_BYTES. */
  readonly requestMaxBytes?: number | undefined;
  /** Whether streaming methods may also be called many over one stream, which is what a hot path wants. */
  readonly withMultiplexing?: boolean | undefined;
  /** Whether tools may ask what is served; loads the reflection service. */
  readonly withReflection?: boolean | undefined;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly drainTimeoutMs?: number;
}

export interface GrpcServer {
  /** host:port, with the port that was taken. */
  readonly address: string;
  /** Takes no new calls, lets running ones end within a bound, then closes. May be called again. */
  drain(): Promise<void>;
  /**
   * Begins to drain. Resolves when the calls that are answered once have ended, or after half a second: from then on
   * another process may lead, while what reads on here is not cut off.
   */
  retire(): Promise<void>;
}

/**
 * Calls take milliseconds. One that takes longer waits for something else, or reads, and is no reason to keep a successor
 * from leading: what it appends later is refused.
 */
const RETIRE_TIMEOUT_MS = 500;

/** Serves services and the standard health service over HTTP/2. Rejects where the address cannot be bound. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { host, services, logger } = options;
  // Callers rely upon the least of it, before they are told.
  const requestMaxBytes = Math.max(options.requestMaxBytes ?? 0, REQUEST_MAX_BYTES);
  const server = new Server({
    'grpc.max_receive_message_length': requestMaxBytes,
    'grpc.max_send_message_length': RESPONSE_MAX_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  });
  const isServing = options.isServing ?? (() => true);
  const calls = createCallsUnderWay();
  const guards: CallGuards = {
    isServing,
    onBegin: calls.begin,
    authorize: bearerTokenCheck(options.adminToken),
    onFailure: (method, thrown) => logFailure(logger, method, thrown),
  };
  const health = startHealth(
    services.map((service) => service.name),
    isServing,
  );
  for (const { definition, implementation } of services) server.addService(definition, implementation(guards));
  server.addService(
    health.service.definition,
    health.service.implementation({ ...guards, isServing: () => true, authorize: () => {} }),
  );

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
  const port = await bind(server, authority(host, options.port), serverCredentials(options.tls));
  let draining: Promise<void> | undefined;
  const drain = (): Promise<void> => {
    health.stopServing();
    draining ??= shutDown(server, multiplexer, options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS);
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

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`gRPC cannot listen on ${address}: ${error.message}`, { cause: error }));
    });
  });
}

/**
 * The sessions first, while connections are as they were: after HTTP/2's own goodbye the next keepalive ping of grpc-js
 * fails and cuts what still runs (grpc/grpc-node#3068).
 */
async function shutDown(server: Server, multiplexer: Multiplexer | undefined, timeoutMs: number): Promise<void> {
  const forced = Promise.withResolvers<void>();
  let timer = setTimeout(() => {
    server.forceShutdown();
    timer = setTimeout(forced.resolve, FORCED_CLOSE_MS);
  }, timeoutMs);
  const closed = async (): Promise<void> => {
    await multiplexer?.close();
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  };
  await Promise.race([closed(), forced.promise]);
  clearTimeout(timer);
}

/**
 * What was cut off is closed within some turns of the event loop. Not waited for longer: of a connection that breaks while
 * the shutdown begins, grpc-js waits for a word that Node never gives.
 */
const FORCED_CLOSE_MS = 250;

/** What the gateway is to blame for is an error with its cause; what the caller did is a warning. */
function logFailure(logger: GrpcServerOptions['logger'], method: string, thrown: unknown): void {
  const fault = faultFrom(thrown);
  const isOurs = grpcStatusOf(fault.code) === status.INTERNAL;
  // Of what is away, too, an operator has to know what it was.
  const isTold = isOurs || fault.code === 'unavailable';
  const fields = { method, code: fault.code, err: isTold ? (fault.cause ?? fault) : undefined };
  if (isOurs) logger.error(fields, 'gRPC call failed');
  else logger.warn(fields, fault.message);
}

function authority(host: string, port: AddressInfo['port']): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
