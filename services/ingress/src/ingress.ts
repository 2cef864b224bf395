import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Fault } from '#errors/fault.ts';
import { createApplication } from './application.ts';
import { completionHandler } from './completions/complete.ts';
import { COMPLETIONS_PATH } from './completions/completions-path.ts';
import { createQuotaUsage } from './completions/quota-usage.ts';
import type { IngressConfig } from './config.ts';
import { closeAfterAnswer, drainServer } from './drain.ts';
import { createBodyBudget } from './http/body-budget.ts';
import { allowOrigin } from './http/cors.ts';
import { type Exchange, type Handler, openExchange } from './http/exchange.ts';
import { finisher } from './http/finish.ts';
import { createServe } from './http/serve.ts';
import { tracedHandler } from './http/traced-handler.ts';
import { unreadableRequestHandler } from './http/unreadable-request.ts';
import type { IngressDependencies } from './ports.ts';
import { createIdentify } from './rate-limits/identify.ts';
import { routesOf } from './routes.ts';

/** How often connections are checked for requests that come too slowly. */
const SLOW_REQUEST_CHECK_MS = 1_000;

const OVERLOADED_RETRY_AFTER_MS = 1_000;

export interface Ingress {
  /** Listens; resolves with the address. Rejects where the address is taken. */
  listen(): Promise<{ url: string }>;
  /** Stops accepting, lets running answers end within `drainTimeoutMs`, then closes. Repeated calls share one drain. */
  drain(): Promise<void>;
}

/** The gateway's HTTP side. Throws for an empty admin token. Nothing is listened to before `listen`. */
export function createIngress(dependencies: IngressDependencies): Ingress {
  const { config, logger, metrics } = dependencies;
  const open = new Set<Exchange>();
  const latest = new WeakMap<Duplex, Exchange>();
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  const budget = createBodyBudget(config.bodiesMaxBytes);
  const limits = { bodyMaxBytes: config.bodyMaxBytes, budget };
  const usage = createQuotaUsage(metrics, dependencies.balances);
  const identify = createIdentify(dependencies.accounts, config.rateLimits, dependencies.rateLimiter);
  let drained: Promise<void> | undefined;

  const serve = createServe({ open, budget, logger, finish: finisher(logger, metrics) });
  const complete = tracedHandler(
    COMPLETIONS_PATH,
    bounded(completionHandler(dependencies, identify, limits, usage), open, config.requestsInFlightMax),
    dependencies.tracer ?? null,
  );
  const routes = routesOf(dependencies, {
    complete,
    identify,
    limits,
    state: {
      isDraining: () => drained !== undefined,
      stats: () => ({ requests_in_flight: open.size, body_bytes_held: budget.reservedBytes }),
    },
    publishMetrics() {
      metrics.requestsInFlight.set(open.size);
      return usage.publish();
    },
  });
  const application = createApplication(routes, serve, (request) => {
    const exchange = exchanges.get(request);
    if (exchange === undefined) throw new Error('a request without an exchange');
    return exchange;
  });

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const exchange = openExchange(request, response);
    latest.set(request.socket, exchange);
    if (drained !== undefined) closeAfterAnswer(exchange);
    if (request.url?.startsWith('/v1/')) allowOrigin(exchange, config.corsOrigin);
    // The one hot path does not go through Express, which takes 20 µs of the 120 µs of CPU a request costs here
    // (measured with ports that answer at once). Written any other way (a query, a slash at the end) it goes through
    // Express to the same handler.
    if (request.method === 'POST' && request.url === COMPLETIONS_PATH) {
      exchange.record.route = COMPLETIONS_PATH;
      void serve(exchange, complete);
      return;
    }
    exchanges.set(request, exchange);
    application(request, response);
  };
  const server = createHttpServer(config, onRequest);
  server.on('clientError', unreadableRequestHandler(latest, logger));

  return {
    listen: () => listen(server, config),
    drain() {
      drained ??= drainServer(server, open, config);
      return drained;
    },
  };
}

/** Refuses what comes while as many requests run as may. */
function bounded(handler: Handler, open: ReadonlySet<Exchange>, requestsInFlightMax: number): Handler {
  return (exchange, params) => {
    // The exchange itself is among the open ones.
    if (open.size <= requestsInFlightMax) return handler(exchange, params);
    throw new Fault({
      code: 'unavailable',
      message: 'The gateway has as many requests at once as it takes; try again shortly.',
      retryAfterMs: OVERLOADED_RETRY_AFTER_MS,
    });
  };
}

function createHttpServer(
  config: IngressConfig,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  // A body may not take longer than the request as a whole.
  const requestTimeout = Math.min(config.bodyTimeoutMs, config.requestTimeoutMs);
  const headersTimeout = Math.min(config.headersTimeoutMs, requestTimeout);
  const server = createServer(
    {
      headersTimeout,
      requestTimeout,
      keepAliveTimeout: config.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(SLOW_REQUEST_CHECK_MS, headersTimeout),
    },
    onRequest,
  );
  server.maxConnections = config.connectionsMax;
  // Without this, Node asks for the body of every client that asked first, before it is known whether it is wanted.
  server.on('checkContinue', onRequest);
  return server;
}

function listen(server: Server, { host, port }: IngressConfig): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ url: urlOf(server.address() as AddressInfo) });
    });
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
