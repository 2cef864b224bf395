import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { createApplication } from './application.ts';
import { completionHandler } from './completions/complete.ts';
import { COMPLETIONS_PATH } from './completions/completions-path.ts';
import { createQuotaUsage } from './completions/quota-usage.ts';
import type { IngressConfig } from './config.ts';
import { closeAfterAnswer, drainServer } from './drain.ts';
import { invalid } from './http/answer.ts';
import { createAnswerBudget } from './http/answer-budget.ts';
import { createBodyBudget } from './http/body-budget.ts';
import { createConnections } from './http/connections.ts';
import { allowOrigin } from './http/cors.ts';
import { countDrops } from './http/count-drops.ts';
import { type Exchange, type Handler, openExchange } from './http/exchange.ts';
import { finisher } from './http/finish.ts';
import { createServe } from './http/serve.ts';
import { tracedHandler } from './http/traced-handler.ts';
import { connectHandler, unreadableRequestHandler } from './http/unreadable-request.ts';
import { watchStalls } from './http/watch-stalls.ts';
import type { IngressDependencies } from './ports.ts';
import { createIdentify } from './rate-limits/identify.ts';
import { routesOf } from './routes.ts';

/** How often connections are checked for requests that come too slowly. */
const SLOW_REQUEST_CHECK_MS = 1_000;

const OVERLOADED_RETRY_AFTER_MS = 1_000;

/** How long a client may take nothing while memory for answers is short, or the gateway stops: a few round trips. */
const HURRIED_STALL_MS = 5_000;

const hostlessRefusal = invalid('A request of HTTP/1.1 needs a Host header.');

const expectationRefusal: Refusal = {
  code: 'expectation_failed',
  message: "The only expectation that can be met is '100-continue'.",
};

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
  const connections = createConnections();
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  const budget = createBodyBudget(config.bodiesMaxBytes);
  const answers = createAnswerBudget(config.answersMaxBytes);
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
      stats: () => ({
        requests_in_flight: open.size,
        body_bytes_held: budget.reservedBytes,
        answer_bytes_held: answers.heldBytes,
        connections_dropped: connectionsDropped(),
      }),
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

  const begin = (request: IncomingMessage, response: ServerResponse): Exchange => {
    const exchange = openExchange(request, response, answers);
    connections.add(exchange);
    if (drained !== undefined) closeAfterAnswer(exchange);
    if (request.url?.startsWith('/v1/')) allowOrigin(exchange, config.corsOrigin);
    return exchange;
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (!connections.serves(request.socket)) return;
    const exchange = begin(request, response);
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      void serve(exchange, refuseWith(hostlessRefusal));
      return;
    }
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
  server.on('connection', connections.watch);
  server.on('clientError', unreadableRequestHandler(connections, logger));
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    if (connections.serves(request.socket)) void serve(begin(request, response), refuseWith(expectationRefusal));
  });
  server.on('connect', connectHandler(connections, logger));
  const connectionsDropped = countDrops(server, logger);
  const stopWatching = watchStalls(open, config, () => {
    const isHurried = answers.isCrowded || drained !== undefined;
    return isHurried ? Math.min(HURRIED_STALL_MS, config.clientStallTimeoutMs) : config.clientStallTimeoutMs;
  });

  return {
    listen: () => listen(server, config),
    drain() {
      drained ??= drainServer(server, open, config).finally(stopWatching);
      return drained;
    },
  };
}

const refuseWith = (refusal: Refusal) => (): never => {
  throw new Fault(refusal);
};

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
  const server = createServer(
    {
      headersTimeout: config.headersTimeoutMs,
      requestTimeout: config.bodyTimeoutMs,
      keepAliveTimeout: config.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(SLOW_REQUEST_CHECK_MS, config.headersTimeoutMs),
      // Node's own answer to a request without Host has neither an id nor a document; `onRequest` gives one.
      requireHostHeader: false,
    },
    onRequest,
  );
  server.maxConnections = config.connectionsMax;
  // The end of a client's side is not the end of its interest in the answer: `probeAfterEnd` finds out. Node knows the
  // property and does not document it; tests/hostile/client-half-closes.e2e.spec.ts notices if it should go.
  Object.assign(server, { httpAllowHalfOpen: true });
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
