import type { IncomingMessage, Server } from 'node:http';
import { Fault } from '#errors/fault.ts';
import { openIdentify } from './access/open-identify.ts';
import { createApplication } from './application.ts';
import { createCalls } from './completions/calls.ts';
import { type Completions, completionHandler, overloaded } from './completions/complete.ts';
import { createQuotaUsage } from './completions/quota-usage.ts';
import { createRefuseWithoutMoney } from './completions/refuse-without-money.ts';
import { drainServer } from './drain.ts';
import { geminiEndpoints } from './endpoints/gemini-endpoints.ts';
import { modelEndpoints, responsesEndpoint } from './endpoints/model-endpoints.ts';
import { createAnswerBudget } from './http/answer-budget.ts';
import { type BeginExchange, createBeginExchange } from './http/begin-exchange.ts';
import { createBodyBudget, shareOf } from './http/body-budget.ts';
import { type Connections, createConnections } from './http/connections.ts';
import { countDrops } from './http/count-drops.ts';
import type { Exchange, Handler } from './http/exchange.ts';
import { finisher } from './http/finish.ts';
import { createHttpServer, listen, type OnRequest } from './http/http-server.ts';
import { createSecurityHeaders } from './http/security-headers.ts';
import { createServe, type Serve } from './http/serve.ts';
import { tracedHandler } from './http/traced-handler.ts';
import { createTurns } from './http/turns.ts';
import { connectHandler, unreadableRequestHandler } from './http/unreadable-request.ts';
import { watchStalls } from './http/watch-stalls.ts';
import { createModelEnds, type ModelEnds } from './models/model-ends.ts';
import type { IngressDependencies } from './ports.ts';
import { createClientAddress, createFromProxy } from './rate-limits/client-address.ts';
import { createGuesses } from './rate-limits/guesses.ts';
import { createAssertReadable } from './responses/assert-readable.ts';
import { createBeginTurn } from './responses/conversation.ts';
import { withOpenedSummaries } from './responses/open-summaries.ts';
import { openResponseAccess } from './responses/response-access.ts';
import { compacting } from './responses/seal-compaction.ts';
import { createSummarySeals } from './responses/summary-seals.ts';
import type { Route } from './route.ts';
import { routesOf } from './routes.ts';
import { acceptSockets, asksForSocket } from './sockets/accept-sockets.ts';
import { REMEMBERED_SHARE } from './sockets/socket-bounds.ts';

export interface Ingress {
  /** Everything there is to ask for. */
  readonly routes: readonly Route[];
  /** Listens; resolves with the address. Rejects where the address is taken. */
  listen(): Promise<{ url: string }>;
  /** Stops accepting, lets running answers end within `drainTimeoutMs`, then closes. Repeated calls share one drain. */
  drain(): Promise<void>;
}

/** The gateway's HTTP side. Throws for an empty admin token. Nothing is listened to before `listen`. */
export function createIngress(dependencies: IngressDependencies): Ingress {
  return openIngress({ ...dependencies, modelEnds: createModelEnds(dependencies) });
}

function openIngress(dependencies: IngressDependencies & { readonly modelEnds: ModelEnds }): Ingress {
  const { config, logger, metrics } = dependencies;
  const open = new Set<Exchange>();
  const connections = createConnections();
  const budget = createBodyBudget(config.bodiesMaxBytes);
  const answers = createAnswerBudget(config.answersMaxBytes);
  const limits = { bodyMaxBytes: config.bodyMaxBytes, budget };
  const usage = createQuotaUsage(metrics, dependencies.balances);
  const { trustedProxies = [] } = config.rateLimits ?? {};
  const addressOf = createClientAddress(trustedProxies);
  const guesses = createGuesses(addressOf, dependencies);
  const { identify, identifyTurn } = openIdentify(dependencies, addressOf, guesses);
  const secure = createSecurityHeaders(createFromProxy(trustedProxies));
  const originsNow = originsOf(dependencies);
  let drained: Promise<void> | undefined;
  const isDraining = (): boolean => drained !== undefined;

  const finish = finisher(logger, metrics);
  const serve = createServe({ open, budget, logger, finish });
  const calls = createCalls({ budget, logger, finish });
  const inFlight = (): number => open.size + calls.open.size;
  const access = openResponseAccess(dependencies, responsesEndpoint);
  const completions = openCompletions(dependencies, { identify, limits, usage, backgrounds: { ...access, calls } });
  const { ownTurn, beginTurn } = completions;
  const handlers = handlersByPath({ ...completions, dependencies }, inFlight);
  const routes = routesOf(dependencies, {
    completions: handlers,
    access,
    bounded: (handler) => bounded(handler, inFlight, config.requestsInFlightMax),
    counting: { dependencies, identify, limits, ownTurn, beginTurn },
    estimating: { dependencies, identify, limits, ownTurn },
    identify,
    addressOf,
    guesses,
    limits,
    state: {
      isDraining,
      stats: () => ({
        requests_in_flight: inFlight(),
        body_bytes_held: budget.reservedBytes,
        answer_bytes_held: answers.heldBytes,
        connections_dropped: connectionsDropped(),
        sockets_open: sockets.count(),
      }),
    },
    publishMetrics() {
      metrics.requestsInFlight.set(inFlight());
      dependencies.modelEnds.publish();
      return usage.publish();
    },
  });
  const begin = createBeginExchange({ connections, answers, secure, originsNow, isDraining });
  const dispatch = dispatcher(routes, serve, handlers);
  const server = openServer(dependencies, { begin, dispatch, serve, connections });
  const sockets = acceptSockets(server, {
    ...{
      completions: { ...completions, dependencies },
      endpoint: responsesEndpoint,
      calls,
      answers,
      remembering: shareOf(budget, config.bodiesMaxBytes * REMEMBERED_SHARE),
      identify,
      identifyTurn,
    },
    ...{ inFlight, isDraining, originsNow, begin, serve, finish },
    requiresSignatures: () => dependencies.registry.settings().signedRequests,
  });
  const connectionsDropped = countDrops(server, logger);
  const stopWatching = watchStalls(open, config, () => answers.isCrowded || isDraining());

  return {
    routes,
    listen: () => listen(server, config),
    drain() {
      drained ??= drainServer(server, { open, calls: calls.open, sockets }, config).finally(stopWatching);
      return drained;
    },
  };
}

/** The server, with what it does about requests that are none. */
function openServer(
  { config, logger }: IngressDependencies,
  parts: {
    readonly begin: BeginExchange;
    readonly dispatch: (exchange: Exchange) => void;
    readonly serve: Serve;
    readonly connections: Connections;
  },
): Server {
  const { begin, dispatch, serve, connections } = parts;
  const onRequest: OnRequest = (request, response, refusal) => {
    const exchange = begin(request, response);
    if (exchange === undefined) return;
    if (refusal === undefined) dispatch(exchange);
    else void serve(exchange, () => Promise.reject(new Fault(refusal)));
  };
  const server = createHttpServer(config, onRequest, (request) => asksForSocket(request, responsesEndpoint.path));
  server.on('connection', connections.watch);
  server.on('clientError', unreadableRequestHandler(connections, logger));
  server.on('connect', connectHandler(connections, logger));
  return server;
}

/** What serves the endpoints at which a model is asked for something. */
function openCompletions(
  dependencies: IngressDependencies,
  parts: Pick<Completions, 'identify' | 'limits' | 'usage' | 'backgrounds'>,
): Completions {
  const { responses: store, conversations, registry, keyPepper, logger } = dependencies;
  const { settings } = registry;
  const ownTurn = createTurns();
  const assertReadable = createAssertReadable(dependencies);
  const { limits } = parts;
  const seals = createSummarySeals(keyPepper);
  const beginTurnIn: Completions['beginTurnIn'] = (kept) => {
    const turns = { store: kept, conversations, settings, limits, ownTurn, assertReadable, logger };
    return withOpenedSummaries(createBeginTurn(turns), seals);
  };
  const beginTurn = beginTurnIn(store);
  const turns = { ownTurn, beginTurn, beginTurnIn, beginCompaction: compacting(beginTurn, seals) };
  return { ...parts, ...turns, dependencies, refuseWithoutMoney: createRefuseWithoutMoney(dependencies) };
}

/** The origins whose pages may read answers: the settings', or the configured one. */
function originsOf({ config, registry }: IngressDependencies): () => readonly string[] {
  const configured = config.corsOrigin === '' ? [] : [config.corsOrigin];
  return () => {
    const { corsOrigins } = registry.settings();
    return corsOrigins.length === 0 ? configured : corsOrigins;
  };
}

/** What serves each endpoint at which a model is asked for something. */
function handlersByPath(
  completions: Completions & { readonly dependencies: IngressDependencies },
  inFlight: () => number,
): ReadonlyMap<string, Handler> {
  const { config, tracer = null } = completions.dependencies;
  return new Map(
    [...modelEndpoints, ...geminiEndpoints].map((endpoint) => {
      const handler = bounded(completionHandler(completions, endpoint), inFlight, config.requestsInFlightMax);
      return [endpoint.path, tracedHandler(endpoint.path, handler, tracer)];
    }),
  );
}

/** Brings an exchange to its handler. `hot`: by their paths. */
function dispatcher(
  routes: readonly Route[],
  serve: Serve,
  hot: ReadonlyMap<string, Handler>,
): (exchange: Exchange) => void {
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  const application = createApplication(routes, serve, (request) => {
    const exchange = exchanges.get(request);
    if (exchange === undefined) throw new Error('a request without an exchange');
    return exchange;
  });

  return (exchange) => {
    const { request, response, record } = exchange;
    // The hot paths do not go through Express, which takes 20 µs of the 120 µs of CPU a request costs here (measured with
    // ports that answer at once). Written any other way (a slash at the end) they go through Express to the same handler.
    if (request.method === 'POST') {
      const path = pathOf(request.url ?? '');
      const handler = hot.get(path);
      if (handler !== undefined) {
        record.route = path;
        void serve(exchange, handler);
        return;
      }
    }
    exchanges.set(request, exchange);
    application(request, response);
  };
}

/** A URL without its query. */
function pathOf(url: string): string {
  const queryAt = url.indexOf('?');
  return queryAt === -1 ? url : url.slice(0, queryAt);
}

/** Refuses what comes while as many requests run as may. */
function bounded(handler: Handler, inFlight: () => number, requestsInFlightMax: number): Handler {
  return (exchange, params) => {
    // The exchange itself is among them.
    if (inFlight() <= requestsInFlightMax) return handler(exchange, params);
    throw overloaded();
  };
}
