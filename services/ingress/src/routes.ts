import type { Identify } from './access/identify.ts';
import { adminOnly } from './admin/admin-token.ts';
import { createApiKey, revokeApiKey } from './admin/api-keys.ts';
import { repeatable } from './admin/repeatable.ts';
import { createUser, creditBalance, getUser, listUsers } from './admin/users.ts';
import { COMPLETIONS_PATH } from './completions/completions-path.ts';
import { type IngressState, liveness, metricsHandler, readinessHandler, statsHandler } from './health/health.ts';
import { answerJson } from './http/answer.ts';
import { answeredInTime } from './http/answered-in-time.ts';
import type { Handler } from './http/exchange.ts';
import type { BodyLimits } from './http/read-body.ts';
import { getModel, listModels } from './models/models.ts';
import type { IngressDependencies } from './ports.ts';
import type { Guesses } from './rate-limits/guesses.ts';
import { usageHandler } from './usage/usage-handler.ts';

/** A path in Express' form and what answers each method. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<'GET' | 'POST', Handler>>>;
}

/** Everything there is to ask for. */
export function routesOf(
  dependencies: IngressDependencies,
  parts: {
    readonly complete: Handler;
    readonly identify: Identify;
    readonly guesses: Guesses;
    readonly limits: BodyLimits;
    readonly state: IngressState;
    readonly publishMetrics: () => Promise<void>;
  },
): readonly Route[] {
  const { complete, identify, guesses, limits, state, publishMetrics } = parts;
  const { adminToken, answerTimeoutMs } = dependencies.config;
  const admin = adminOnly(adminToken, guesses.adminToken);
  const once = repeatable(dependencies, limits);
  const quick: readonly Route[] = [
    { path: '/', methods: { GET: pointer } },
    { path: '/v1/models', methods: { GET: listModels(dependencies, identify) } },
    { path: '/v1/models/*id', methods: { GET: getModel(dependencies, identify) } },
    { path: '/v1/usage', methods: { GET: usageHandler(dependencies, identify) } },
    {
      path: '/admin/users',
      methods: { GET: admin(listUsers(dependencies)), POST: admin(once(createUser(dependencies))) },
    },
    { path: '/admin/users/:userId', methods: { GET: admin(getUser(dependencies)) } },
    { path: '/admin/users/:userId/balance', methods: { POST: admin(once(creditBalance(dependencies))) } },
    { path: '/admin/api-keys', methods: { POST: admin(once(createApiKey(dependencies))) } },
    {
      path: '/admin/api-keys/:keyId/revoke',
      methods: { POST: admin(once(revokeApiKey(dependencies), { readsBody: false })) },
    },
    { path: '/health', methods: { GET: liveness } },
    { path: '/health/ready', methods: { GET: readinessHandler(dependencies, state) } },
    { path: '/health/stats', methods: { GET: statsHandler(dependencies, state) } },
    { path: '/metrics', methods: { GET: metricsHandler(dependencies, publishMetrics) } },
  ];
  // A completion has bounds of its own.
  return [
    { path: COMPLETIONS_PATH, methods: { POST: complete } },
    ...quick.map((route) => inTime(route, answerTimeoutMs)),
  ];
}

function inTime({ path, methods: { GET, POST } }: Route, timeoutMs: number): Route {
  return {
    path,
    methods: {
      ...(GET === undefined ? {} : { GET: answeredInTime(GET, timeoutMs) }),
      ...(POST === undefined ? {} : { POST: answeredInTime(POST, timeoutMs) }),
    },
  };
}

/** `GET /`: someone looked at the address in a browser. */
const pointer: Handler = (exchange) =>
  answerJson(exchange, 200, {
    service: 'ai-api-gateway',
    openai_base_url: '/v1',
    admin: '/admin',
    health: ['/health', '/health/ready', '/health/stats', '/metrics'],
  });
