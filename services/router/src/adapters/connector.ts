import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import type { OutwardGuard } from '#config/outward-guard.ts';
import type { ProviderConfig } from '../config.ts';
import { createTunnel } from './proxy-tunnel.ts';

/**
 * Makes the connections to a provider: directly or through a tunnel of its proxy, with TLS as its configuration has it. Addresses
 * are guarded where they are connected to: behind a proxy, the name of the provider is the proxy's to look up.
 *
 * @param config its certificates were found to be good.
 */
export function createConnector(
  config: ProviderConfig,
  connectTimeoutMs: number,
  guard: OutwardGuard,
): buildConnector.connector {
  const secureContext = secureContextOf(config);
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    lookup: guard.lookupFor(new URL(config.baseUrl)),
    // HTTP/2 is not offered: docs/adr/0016-http-1-to-providers.md.
    allowH2: false,
    ...(secureContext === null ? {} : { secureContext }),
  });
  if (config.proxy === undefined) return connect;
  const openTunnel = createTunnel(config.proxy, connectTimeoutMs, guard);
  return (options, done) => {
    const port = options.port === '' ? (options.protocol === 'https:' ? '443' : '80') : options.port;
    openTunnel(options.hostname, port).then(
      (socket: Socket) => {
        if (options.protocol === 'https:') connect({ ...options, httpSocket: socket }, done);
        else done(null, socket);
      },
      (error: Error) => done(error, null),
    );
  };
}

/**
 * What TLS is spoken with: null where nothing is said, so that Node's own is used. Throws where the certificates or the key
 * cannot be read, or do not belong together.
 */
export function secureContextOf({ caCertificates, clientCertificate }: ProviderConfig): SecureContext | null {
  if (caCertificates === undefined && clientCertificate === undefined) return null;
  return createSecureContext({
    ...(caCertificates === undefined ? {} : { ca: caCertificates }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate.certificate, key: clientCertificate.key }),
  });
}
