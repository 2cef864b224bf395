import { Client, type ServiceError } from '@grpc/grpc-js';
import {
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  RECONNECT_MAX_MS,
  RECONNECT_MIN_MS,
  RESPONSE_MAX_BYTES,
} from './limits.ts';
import { channelCredentials, type RpcPeer } from './rpc-peer.ts';
import { STANDBY_KEY } from './standby.ts';

/** One address, with its connections. */
export interface RpcServer {
  readonly address: string;
  readonly client: Client;
}

/** A peer's servers in the order to be asked. */
export interface RpcServers {
  /** For one call: each address, and once more those that stand for several machines. */
  inOrder(): readonly RpcServer[];
  /** This one answered. */
  prefer(server: RpcServer): void;
  close(): void;
}

/** Calls to one name are spread over the machines it stands for. */
const SERVICE_CONFIG = JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] });

/** So that a leader behind a name shared with its standbys is found. */
const TURNS = 2;

export function openServers(peer: RpcPeer): RpcServers {
  if (peer.addresses.length === 0) throw new Error('a peer needs an address');
  const channel = channelCredentials(peer.tls);
  const servers = peer.addresses.map((address) => ({
    address,
    client: new Client(address, channel, {
      'grpc.service_config': SERVICE_CONFIG,
      'grpc.max_receive_message_length': RESPONSE_MAX_BYTES,
      'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_MIN_MS,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
      // A rollout gives a name other machines within seconds.
      'grpc.dns_min_time_between_resolutions_ms': RECONNECT_MAX_MS,
    }),
  }));
  let next = 0;
  return {
    inOrder() {
      const first = next;
      if (peer.policy === 'round-robin') next = (next + 1) % servers.length;
      const turn = [...servers.slice(first), ...servers.slice(0, first)];
      return Array.from({ length: TURNS }, () => turn).flat();
    },
    prefer(server) {
      if (peer.policy !== 'round-robin') next = Math.max(0, servers.indexOf(server));
    },
    close() {
      for (const { client } of servers) client.close();
    },
  };
}

/** What grpc-js says of a call that never left: there was no connection to send it on. */
const NEVER_SENT = /^No connection established|^Name resolution failed/;

/** Whether a failed call was certainly not begun by its server, so that another may have it. */
export function wasNotBegun({ details, metadata }: ServiceError): boolean {
  return NEVER_SENT.test(details) || metadata.get(STANDBY_KEY).length > 0;
}
