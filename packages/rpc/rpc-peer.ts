import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials, ServerCredentials } from '@grpc/grpc-js';

/** PEM files: one's own certificate and key, and the authority that signs everybody's. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** A service's servers, and what proves that one may call them. */
export interface RpcPeer {
  /** host:port each. A name that stands for several machines counts as all of them. */
  readonly addresses: readonly string[];
  readonly adminToken: string;
  /** Given: mutual TLS. Read once. */
  readonly tls?: TlsFiles | undefined;
  /**
   * `first-serving`: the one that answered last is asked first; for a leader and its standby. `round-robin`: each in its
   * turn; for equals.
   */
  readonly policy?: 'first-serving' | 'round-robin' | undefined;
  /** Streaming methods are called many over one stream; the servers must serve that, too. */
  readonly isMultiplexed?: boolean | undefined;
  /** How long a multiplexed call that no server has begun is offered to them again and again; absent: once. */
  readonly patienceMs?: number | undefined;
}

/** Throws where a file cannot be read. */
export function channelCredentials(tls: TlsFiles | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(readFileSync(tls.caFile), readFileSync(tls.keyFile), readFileSync(tls.certFile));
}

/** Clients must show a certificate of the same authority. Throws where a file cannot be read. */
export function serverCredentials(tls: TlsFiles | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: readFileSync(tls.keyFile), cert_chain: readFileSync(tls.certFile) };
  return ServerCredentials.createSsl(readFileSync(tls.caFile), [pair], true);
}
