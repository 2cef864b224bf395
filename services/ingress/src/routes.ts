import { isForHolders } from '#admin-api/admin-command.ts';
import type { Identify } from './access/identify.ts';
import { createFindAdmin, forAdmins } from './admin/admin-callers.ts';
import { adminRoutes } from './admin/admin-routes.ts';
import { commandHandler } from './admin/command-handler.ts';
import { repeatable } from './admin/repeatable.ts';
import { consoleRoutes } from './console/console-routes.ts';
import { oidcRoutes } from './console/oidc/oidc-routes.ts';
import { sessionRoutes } from './console/session-routes.ts';
import { COST_ESTIMATE_PATH, costEstimateHandler, type Estimating } from './endpoints/cost-estimate.ts';
import { COUNT_TIMEOUT_MS, type Counting, countEndpoints, countTokensHandler } from './endpoints/count-tokens.ts';
import { type IngressState, livenessHandler, metricsHandler, readinessHandler, statsHandler } from './health/health.ts';
import { forHolders } from './holders/holder-callers.ts';
import { answerJson } from './http/answer.ts';
import { answeredInTime } from './http/answered-in-time.ts';
import type { Handler } from './http/exchange.ts';
import type { BodyLimits } from './http/read-body.ts';
import type { ModelEnds } from './models/model-ends.ts';
import { getModel, listModels } from './models/models.ts';
import { docsRoutes } from './openapi/docs-page.ts';
import { openApiHandler } from './openapi/openapi-document.ts';
import type { IngressDependencies } from './ports.ts';
import type { ClientAddress } from './rate-limits/client-address.ts';
import type { Guesses } from './rate-limits/guesses.ts';
import { conversationRoutes } from './responses/conversations/conversation-routes.ts';
import type { ResponseAccess } from './responses/response-access.ts';
import { responseRoutes } from './responses/response-routes.ts';
import type { Route } from './route.ts';
import { usageHandler } from './usage/usage-handler.ts';

/** Everything there is to ask for. */
export function routesOf(
  dependencies: IngressDependencies & { readonly modelEnds: ModelEnds },
  parts: {
    /** What serves each endpoint at which a model is asked for something, by its path. */
    readonly completions: ReadonlyMap<string, Handler>;
    /** Bounds how many of such requests run at once, with the completions. */
    readonly bounded: (handler: Handler) => Handler;
    readonly access: ResponseAccess;
    readonly counting: Counting;
    readonly estimating: Estimating;
    readonly identify: Identify;
    readonly addressOf: ClientAddress;
    readonly guesses: Guesses;
    readonly limits: BodyLimits;
    readonly state: IngressState;
    readonly publishMetrics: () => Promise<void>;
  },
): readonly Route[] {
  const {
    completions,
    bounded,
    access,
    counting,
    estimating,
    identify,
    addressOf,
    guesses,
    limits,
    state,
    publishMetrics,
  } = parts;
  const { adminToken, answerTimeoutMs } = dependencies.config;
  const { findAdminToken } = dependencies;
  const findAdmin = createFindAdmin({ adminToken, findAdminToken, addressOf, guessed: guesses.adminToken });
  const admin = forAdmins(findAdmin);
  const holder = forHolders({ findAdmin, identify, addressOf, registry: dependencies.registry });
  const once = repeatable(dependencies, limits);
  const quick: readonly Route[] = [
    { path: '/', methods: { GET: pointer } },
    // Before models by their ids: Google's clients ask for a count below a model.
    ...countEndpoints.map(
      (row): Route => ({
        path: row.path,
        query: 'any',
        methods: { POST: bounded(countTokensHandler(counting, row)) },
        answerTimeoutMs: COUNT_TIMEOUT_MS,
      }),
    ),
    { path: '/v1/models', query: 'any', methods: { GET: listModels(dependencies, identify) } },
    { path: '/v1/models/*id', query: 'any', methods: { GET: getModel(dependencies, identify) } },
    { path: '/v1beta/models', query: 'any', methods: { GET: listModels(dependencies, identify) } },
    { path: '/v1beta/models/*id', query: 'any', methods: { GET: getModel(dependencies, identify) } },
    { path: COST_ESTIMATE_PATH, query: 'any', methods: { POST: bounded(costEstimateHandler(estimating)) } },
    { path: '/v1/usage', query: ['from', 'to', 'group_by'], methods: { GET: usageHandler(dependencies, identify) } },
    ...responseRoutes(dependencies, access, identify),
    ...conversationRoutes(dependencies, identify, limits),
    ...adminRoutes((route) => {
      const handler = commandHandler(dependencies.admin, route, once);
      return isForHolders(route.command) ? holder(handler, route.command) : admin(handler);
    }),
    ...sessionRoutes({ ...dependencies, adminToken, addressOf, guesses, limits }),
    ...oidcRoutes({ ...dependencies, addressOf }),
    ...consoleRoutes(),
    ...docsRoutes(),
    { path: '/openapi.json', methods: { GET: openApiHandler() } },
    { path: '/health', methods: { GET: livenessHandler(dependencies) } },
    { path: '/health/ready', methods: { GET: readinessHandler(dependencies, state) } },
    { path: '/health/stats', methods: { GET: statsHandler(dependencies, state) } },
    { path: '/metrics', methods: { GET: metricsHandler(dependencies, publishMetrics) } },
  ];
  // A completion has bounds of its own.
  return [
    ...Array.from(completions, ([path, complete]): Route => ({ path, query: 'any', methods: { POST: complete } })),
    ...quick.map((route) => inTime(route, answerTimeoutMs)),
  ];
}

function inTime(route: Route, timeoutMs: number): Route {
  const { methods, answerTimeoutMs = timeoutMs } = route;
  const bounded = Object.entries(methods).map(([verb, handler]) => [verb, answeredInTime(handler, answerTimeoutMs)]);
  return { ...route, methods: Object.fromEntries(bounded) };
}

/** `GET /`: someone looked at the address in a browser. */
const pointer: Handler = (exchange) =>
  answerJson(exchange, 200, {
    service: 'ai-api-gateway',
    openai_base_url: '/v1',
    anthropic_base_url: '/',
    admin: '/admin',
    openapi: '/openapi.json',
    docs: '/docs',
    console: '/console',
    health: ['/health', '/health/ready', '/health/stats', '/metrics'],
  });
