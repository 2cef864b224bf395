import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import type { IngressConfig } from '../config.ts';

/** How often connections are checked for requests that come too slowly. */
const SLOW_REQUEST_CHECK_MS = 1_000;

const hostlessRefusal = invalid('A request of HTTP/1.1 needs a Host header.');

const expectationRefusal: Refusal = {
  code: 'expectation_failed',
  message: "The only expectation that can be met is '100-continue'.",
};

export type OnRequest = (request: IncomingMessage, response: ServerResponse, refusal?: Refusal) => void;

/**
 * A server of Node's that leaves to `onRequest` what it would answer by itself, without an id and a document: such a
 * request comes with the refusal it is to be given.
 */
export function createHttpServer(
  config: IngressConfig,
  onRequest: OnRequest,
  isUpgrade: (request: IncomingMessage) => boolean,
): Server {
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const isHostless = request.headers.host === undefined && request.httpVersion === '1.1';
    onRequest(request, response, isHostless ? hostlessRefusal : undefined);
  };
  // A body may not take longer than the request as a whole.
  const requestTimeout = Math.min(config.bodyTimeoutMs, config.requestTimeoutMs);
  const headersTimeout = Math.min(config.headersTimeoutMs, requestTimeout);
  const server = createServer(
    {
      headersTimeout,
      requestTimeout,
      keepAliveTimeout: config.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(SLOW_REQUEST_CHECK_MS, headersTimeout),
      requireHostHeader: false,
      // Any other protocol that a client would rather speak (h2c) is passed over, and its request answered.
      shouldUpgradeCallback: isUpgrade,
    },
    take,
  );
  server.maxConnections = config.connectionsMax;
  // The end of a client's side is not the end of its interest in the answer: `probeAfterEnd` finds out. Node knows the
  // property and does not document it; tests/hostile/client-half-closes.e2e.spec.ts notices if it should go.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Without this, Node asks for the body of every client that asked first, before it is known whether it is wanted.
  server.on('checkContinue', take);
  server.on('checkExpectation', (request, response) => onRequest(request, response, expectationRefusal));
  return server;
}

export function listen(server: Server, { host, port }: IngressConfig): Promise<{ url: string }> {
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
