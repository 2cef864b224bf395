import type { TlsFiles } from '#rpc/rpc-peer.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** The files of mutual TLS between the gateway's processes; undefined: it is not used. */
export function tlsFilesOf({ tlsCert, tlsKey, tlsCa }: GatewayConfig): TlsFiles | undefined {
  if (tlsCert === undefined || tlsKey === undefined || tlsCa === undefined) return undefined;
  return { certFile: tlsCert, keyFile: tlsKey, caFile: tlsCa };
}
