import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { Identify } from '../access/identify.ts';
import { crowdedRefusal } from '../http/answer.ts';
import type { BeginExchange } from '../http/begin-exchange.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Serve } from '../http/serve.ts';
import { type TurnParts, unsignedRefusal } from './run-turn.ts';
import { closeCodes, type ServedSocket, serveSocket } from './serve-socket.ts';
import { CLOSE_WITHIN_MS, LOOK_EVERY_MS, SOCKETS_SHARE } from './socket-bounds.ts';
import { letGo, upgradeResponse } from './upgrade-response.ts';

const STATUS_SWITCHED = 101;

/** As RFC 6455 says: 16 bytes, in base64. */
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/;

export interface SocketParts extends TurnParts {
  readonly identify: Identify;
  /** Origins whose pages may ask; `*`: all. */
  readonly originsNow: () => readonly string[];
  readonly begin: BeginExchange;
  readonly serve: Serve;
  readonly finish: (exchange: Exchange) => void;
}

export interface Sockets {
  readonly count: () => number;
  /** Has every connection closed once what runs on it is over. */
  drain(): void;
  /** Closes what is left. */
  drop(): void;
}

/** Takes sockets over for `/v1/responses`. What refuses a request over HTTP refuses a socket in the same words. */
export function acceptSockets(server: Server, parts: SocketParts): Sockets {
  const { begin, serve, finish, completions, endpoint } = parts;
  const { config } = completions.dependencies;
  const handshakes = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: config.bodyMaxBytes,
    // What is sent is short and often, and would be compressed one by one.
    perMessageDeflate: false,
    autoPong: false,
    // Its types do not know it yet.
    ...{ closeTimeout: CLOSE_WITHIN_MS },
  });
  const served = new Set<ServedSocket>();
  const looking = setInterval(() => {
    const nowMs = performance.now();
    for (const each of served) each.look(nowMs, config.clientStallTimeoutMs);
  }, LOOK_EVERY_MS);
  looking.unref();
  handshakes.on('headers', (headers, request) => {
    const exchange = opening.get(request);
    if (exchange !== undefined) headers.push(`x-request-id: ${exchange.id}`);
  });
  const opening = new WeakMap<IncomingMessage, Exchange>();

  async function assertWelcome(exchange: Exchange): Promise<void> {
    const caller = await parts.identify(exchange);
    const { headers } = exchange.request;
    if (exchange.answers.isCrowded) throw new Fault(crowdedRefusal);
    if (parts.isDraining()) throw new Fault({ code: 'unavailable', message: 'The gateway is stopping.' });
    if (caller.key !== undefined && parts.requiresSignatures()) throw new Fault(unsignedRefusal);
    if (!isOriginAllowed(headers.origin, parts.originsNow())) throw new Fault(otherOrigin);
    const isHandshake =
      headers['sec-websocket-version'] === '13' && HANDSHAKE_KEY.test(headers['sec-websocket-key'] ?? '');
    if (!isHandshake) throw new Fault(noHandshake);
    if (served.size >= Math.max(1, Math.floor(config.connectionsMax * SOCKETS_SHARE))) throw new Fault(tooMany);
  }

  function open(exchange: Exchange, ws: WebSocket, socket: Socket): void {
    const one = serveSocket(parts, { exchange, ws, socket }, () => served.delete(one));
    served.add(one);
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const response = upgradeResponse(request, socket);
    const exchange = begin(request, response);
    if (exchange === undefined) {
      socket.destroy();
      return;
    }
    exchange.record.route = endpoint.path;
    opening.set(request, exchange);
    assertWelcome(exchange).then(
      () => {
        exchange.record.status = STATUS_SWITCHED;
        letGo(response, socket);
        finish(exchange);
        handshakes.handleUpgrade(request, socket, head, (ws) => open(exchange, ws, socket));
      },
      (thrown: unknown) => serve(exchange, () => Promise.reject(thrown)),
    );
  });

  return {
    count: () => served.size,
    drain() {
      for (const each of served) each.end(closeCodes.goingAway, 'The gateway is stopping.');
    },
    drop() {
      clearInterval(looking);
      for (const each of served) each.drop();
    },
  };
}

/** Whether a request is one for a socket, which Node then leaves to `acceptSockets`. */
export function asksForSocket({ method, url = '', headers }: IncomingMessage, path: string): boolean {
  const isPath = url === path || url.startsWith(`${path}?`);
  return isPath && method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Only a browser says where its page is from, and it does not keep a page from opening sockets elsewhere. */
function isOriginAllowed(origin: string | undefined, origins: readonly string[]): boolean {
  return origin === undefined || origins.includes('*') || origins.includes(origin);
}

const otherOrigin = {
  code: 'key_not_allowed',
  message: "This page's origin may not open a socket here. Ask the gateway's administrator to allow it.",
} as const;

const noHandshake = invalid('This is no handshake of WebSocket version 13: send Sec-WebSocket-Key and -Version.');

const tooMany = {
  code: 'unavailable',
  message: 'The gateway holds as many sockets as it takes; send the request over HTTP, or try again shortly.',
  retryAfterMs: 1_000,
} as const;
