import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Probes and scrapes are small; whoever is slower than this is none. */
const REQUEST_TIMEOUT_MS = 5_000;

export interface OpsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly registry: Registry;
  /** Each part, `ok` or why it is not. */
  readonly checks: () => Readonly<Record<string, string>>;
  readonly beforeMetrics: () => Promise<void>;
}

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * What operators' machines ask of a service: `/health` (the event loop turns), `/health/ready` (200 where it does its
 * work, or stands by for it; else 503 with the reasons) and `/metrics`. Rejects where the address cannot be bound.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const { host, port, registry, checks, beforeMetrics } = options;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answerJson(response, 405, { error: 'GET only' });
    if (path === '/health') return answerJson(response, 200, { status: 'ok' });
    if (path === '/health/ready') return answerReadiness(response, checks());
    if (path === '/metrics') return void answerMetrics(response);
    return answerJson(response, 404, { error: 'there are /health, /health/ready and /metrics' });
  });

  async function answerMetrics(response: ServerResponse): Promise<void> {
    await beforeMetrics();
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answerReadiness(response: ServerResponse, checks: Readonly<Record<string, string>>): void {
  const isReady = Object.values(checks).every((check) => check === 'ok' || check === 'standby');
  answerJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not_ready', checks });
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
