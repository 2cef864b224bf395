import type { Refusal } from '#errors/error-table.ts';
import { Fault, faultFrom } from '#errors/fault.ts';
import { metricsTokenCheck } from '#telemetry/metrics-token.ts';
import { publishProviderHealth } from '#telemetry/provider-health.ts';
import { answerBytes, answerJson } from '../http/answer.ts';
import type { Handler } from '../http/exchange.ts';
import type { IngressDependencies } from '../ports.ts';

/** What the ingress knows of itself. */
export interface IngressState {
  isDraining(): boolean;
  stats(): Readonly<Record<string, unknown>>;
}

/** As with every 503. */
const RETRY_AFTER_S = '1';

const noMetricsToken: Refusal = {
  code: 'invalid_metrics_token',
  message: 'Send the token of the metrics in an Authorization header: Authorization: Bearer METRICS_TOKEN.',
};

type Dependencies = Pick<IngressDependencies, 'config' | 'readiness' | 'stats' | 'metrics' | 'router'>;

/** `GET /health`: the process runs and its event loop turns, and what state each provider is in. */
export function livenessHandler({ router }: Pick<Dependencies, 'router'>): Handler {
  return (exchange) => {
    const providers = Object.fromEntries(router.providerHealth().map(({ provider, state }) => [provider, state]));
    answerJson(exchange, 200, { status: 'ok', providers });
  };
}

/** `GET /health/ready`: 200 where requests can be served, else 503 with the reasons. */
export function readinessHandler({ config, readiness }: Dependencies, state: IngressState): Handler {
  return async (exchange) => {
    const checks = { ...(await within(config.readinessTimeoutMs, readiness)), ingress: ingressCheck(state) };
    const isReady = Object.values(checks).every((check) => check === 'ok');
    const headers = isReady ? {} : { 'retry-after': RETRY_AFTER_S };
    answerJson(exchange, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not_ready', checks }, headers);
  };
}

/** `GET /health/stats`: figures of the parts, for people. */
export function statsHandler({ stats, router }: Dependencies, state: IngressState): Handler {
  return async (exchange) => {
    const { rss, heapUsed, external } = process.memoryUsage();
    answerJson(exchange, 200, {
      uptime_s: Math.floor(process.uptime()),
      memory: { rss_bytes: rss, heap_used_bytes: heapUsed, external_bytes: external },
      ingress: state.stats(),
      providers: router.providerHealth().map(({ provider, isHealthy, state, reason, inFlight, waiting }) => ({
        provider,
        is_healthy: isHealthy,
        state,
        ...(reason === '' ? {} : { reason }),
        in_flight: inFlight,
        waiting,
      })),
      ...(await stats()),
    });
  };
}

/** `GET /metrics`, in Prometheus' text form, for those who send the token where there is one. */
export function metricsHandler({ config, metrics, router }: Dependencies, publish: () => Promise<void>): Handler {
  const mayRead = metricsTokenCheck(config.metricsToken);
  return async (exchange) => {
    if (!mayRead(exchange.request.headers.authorization)) throw new Fault(noMetricsToken);
    publishProviderHealth(metrics, router.providerHealth());
    await publish();
    answerBytes(exchange, 200, await metrics.registry.metrics(), { 'content-type': metrics.registry.contentType });
  };
}

function ingressCheck(state: IngressState): string {
  return state.isDraining() ? 'the gateway is stopping' : 'ok';
}

/** What the checks say, or that they say nothing: a probe must be answered while the database hangs. */
async function within(
  timeoutMs: number,
  readiness: Dependencies['readiness'],
): Promise<Readonly<Record<string, string>>> {
  const { promise: late, resolve } = Promise.withResolvers<Readonly<Record<string, string>>>();
  const timer = setTimeout(() => resolve({ readiness: `no answer within ${timeoutMs} ms` }), timeoutMs);
  try {
    return await Promise.race([readiness(), late]);
  } catch (thrown) {
    return { readiness: faultFrom(thrown).refusal.message };
  } finally {
    clearTimeout(timer);
  }
}
