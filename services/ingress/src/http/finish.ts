import type { Logger } from '#telemetry/logger.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';
import type { Exchange, RequestRecord } from './exchange.ts';

/** What is logged of a client that left before anything was answered; nginx's number for it. */
const STATUS_CLIENT_GONE = 499;

const SERVER_ERROR = 500;

const MS_PER_S = 1_000;

/** Probes come every few seconds and say nothing: their lines are for those who look for them. */
const quietRoutes = new Set(['/health', '/health/ready', '/health/stats', '/metrics']);

/** Writes a finished request's one line in the log, and its metrics. Its cost is in billing's `charge posted`. */
export function finisher(
  logger: Logger,
  metrics: GatewayMetrics,
): (exchange: Pick<Exchange, 'id' | 'record' | 'startedAtMs'>) => void {
  return function finish({ id, record, startedAtMs }) {
    const durationMs = performance.now() - startedAtMs;
    const status = record.status === 0 ? STATUS_CLIENT_GONE : record.status;
    const firstByteMs = record.firstByteMs === null ? null : tenths(record.firstByteMs);
    const line = { requestId: id, ...record, status, firstByteMs, durationMs: tenths(durationMs) };
    if (status >= SERVER_ERROR) logger.warn(line, 'request');
    else if (quietRoutes.has(record.route)) logger.debug(line, 'request');
    else logger.info(line, 'request');
    measure(metrics, record, status, durationMs / MS_PER_S);
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function measure(metrics: GatewayMetrics, record: RequestRecord, status: number, durationS: number): void {
  const { route } = record;
  const model = record.model ?? 'none';
  const provider = record.provider ?? 'none';
  metrics.requests.inc({ route, model, provider, status, error: record.error ?? 'none' });
  metrics.requestDuration.observe({ route, model, provider }, durationS);
  if (record.firstByteMs !== null) metrics.firstByte.observe({ model, provider }, record.firstByteMs / MS_PER_S);
  if (record.inputTokens > 0) metrics.tokens.inc({ model, provider, kind: 'input' }, record.inputTokens);
  if (record.outputTokens > 0) metrics.tokens.inc({ model, provider, kind: 'output' }, record.outputTokens);
}
