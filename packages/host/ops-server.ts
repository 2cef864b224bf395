import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Logger } from '#telemetry/logger.ts';
import { metricsTokenCheck } from '#telemetry/metrics-token.ts';

/** Probes and scrapes are small. A slower client is neither. */
const REQUEST_TIMEOUT_MS = 5_000;

export interface OpsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly registry: Registry;
  /** If given, only those who send it may read `/metrics`. */
  readonly metricsToken?: string | undefined;
  /** Each part: `ok`, `standby`, or why it is neither. If a part throws, its message is the reason. */
  readonly checks: ReadonlyMap<string, () => string>;
  /** Called before the metrics are read, to update them. If one fails, no metrics are answered. */
  readonly publishers: Iterable<() => void | Promise<void>>;
  readonly logger: Logger;
}

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The HTTP server for probes and scrapes: `/health` (the event loop turns), `/health/ready` (200 if the service works,
 * or stands by; otherwise 503 with the reasons) and `/metrics`. Rejects if the address cannot be bound.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const { host, port, registry, checks, publishers, logger } = options;
  const mayReadMetrics = metricsTokenCheck(options.metricsToken);
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answerJson(response, 405, { error: 'GET only' });
    if (path === '/health') return answerJson(response, 200, { status: 'ok' });
    if (path === '/health/ready') return answerReadiness(response, statesOf(checks));
    if (path === '/metrics' && !mayReadMetrics(request.headers.authorization)) return answerNoToken(response);
    if (path === '/metrics') return void answerMetrics(response);
    return answerJson(response, 404, { error: 'there are /health, /health/ready and /metrics' });
  });

  async function answerMetrics(response: ServerResponse): Promise<void> {
    try {
      for (const publish of publishers) await publish();
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    } catch (error) {
      // Figures of a minute ago would look like current ones.
      logger.warn({ err: error }, 'the metrics could not be read');
      answerJson(response, 500, { error: 'the metrics could not be read' });
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function statesOf(checks: OpsServerOptions['checks']): Record<string, string> {
  return Object.fromEntries([...checks].map(([part, check]) => [part, stateOf(check)]));
}

function stateOf(check: () => string): string {
  try {
    return check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function answerReadiness(response: ServerResponse, checks: Readonly<Record<string, string>>): void {
  const isReady = Object.values(checks).every((check) => check === 'ok' || check === 'standby');
  if (!isReady) response.setHeader('retry-after', '1');
  answerJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not_ready', checks });
}

function answerNoToken(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer');
  answerJson(response, 401, { error: 'the metrics are for those who send GATEWAY_METRICS_TOKEN as a bearer token' });
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
