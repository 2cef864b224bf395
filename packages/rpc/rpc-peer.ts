import { readFileSync } from 'node:fs';
import { type ChannelCredentials, credentials, ServerCredentials } from '@grpc/grpc-js';

/** PEM files: this process' own certificate and key, and the authority that signs all certificates. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** A service's servers, and the credentials to call them. */
export interface RpcPeer {
  /** host:port each. A name with several machines counts as all of them. */
  readonly addresses: readonly string[];
  readonly adminToken: string;
  /** Given: mutual TLS. The files are read once. */
  readonly tls?: TlsFiles | undefined;
  /**
   * `first-serving`: the server that answered last is asked first, for a leader and its standby. `round-robin`: each
   * server in turn, for equals.
   */
  readonly policy?: 'first-serving' | 'round-robin' | undefined;
  /** Streaming methods share one stream. The servers must serve that, too. */
  readonly isMultiplexed?: boolean | undefined;
  /** How long a multiplexed call that no server has begun is offered again and again. Absent: once. */
  readonly patienceMs?: number | undefined;
}

/** Throws if a file cannot be read. */
export function channelCredentials(tls: TlsFiles | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(readFileSync(tls.caFile), readFileSync(tls.keyFile), readFileSync(tls.certFile));
}

/** Clients must show a certificate of the same authority. Throws if a file cannot be read. */
export function serverCredentials(tls: TlsFiles | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: readFileSync(tls.keyFile), cert_chain: readFileSync(tls.certFile) };
  return ServerCredentials.createSsl(readFileSync(tls.caFile), [pair], true);
}
