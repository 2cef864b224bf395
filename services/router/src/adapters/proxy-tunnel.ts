import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { OutwardGuard } from '#config/outward-guard.ts';
import type { ProxyConfig } from '../config.ts';

/** A proxy's head has a line and a few headers. */
const HEAD_MAX_BYTES = 16 * 1024;
/** As undici has it for connections of its own: a dead peer is found out. */
const KEEP_ALIVE_DELAY_MS = 60_000;

/** Opens a connection to a host through a proxy. Rejects with EPROXY, EPROXYAUTH, EPROXYREFUSED, EPRIVATE or EMETADATA. */
export type OpenTunnel = (host: string, port: string) => Promise<Socket>;

/** Tunnels of an HTTP proxy (CONNECT, RFC 9110, 9.3.6), for HTTP as for HTTPS: a proxy sees no key of a provider over HTTPS. */
export function createTunnel(
  { url, credentials }: ProxyConfig,
  connectTimeoutMs: number,
  guard: OutwardGuard,
): OpenTunnel {
  const proxy = new URL(url);
  const request = proxy.protocol === 'https:' ? secureRequest : plainRequest;
  const authorization =
    credentials === '' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
  const lookup = guard.lookupFor(proxy);

  return (host, port) =>
    new Promise((resolve, reject) => {
      const target = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
      const asked: ClientRequest = request(proxy, {
        method: 'CONNECT',
        path: target,
        headers: { host: target, ...authorization },
        lookup,
        agent: false,
        maxHeaderSize: HEAD_MAX_BYTES,
      });
      const timer = setTimeout(() => asked.destroy(new ProxyFault('EPROXY', 'it took too long')), connectTimeoutMs);
      asked.once('connect', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
        clearTimeout(timer);
        if (answer.statusCode !== 200) {
          socket.destroy();
          reject(new ProxyFault(codeOf(answer.statusCode), `it says ${answer.statusCode}`));
          return;
        }
        if (head.length > 0) socket.unshift(head);
        resolve(socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_DELAY_MS));
      });
      asked.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        const isOurs = error.code === 'EPRIVATE' || error.code === 'EMETADATA' || error instanceof ProxyFault;
        reject(isOurs ? error : new ProxyFault('EPROXY', error.code ?? error.message, error));
      });
      asked.end();
    });
}

function codeOf(status: number | undefined): string {
  return status === 407 ? 'EPROXYAUTH' : 'EPROXYREFUSED';
}

class ProxyFault extends Error {
  override readonly name = 'ProxyFault';
  readonly code: string;

  constructor(code: string, reason: string, cause?: Error) {
    super(`the proxy made no connection: ${reason}`, { cause });
    this.code = code;
  }
}
