import { type ChannelCredentials, Client, type ServiceError } from '@grpc/grpc-js';
import {
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  RECONNECT_MAX_MS,
  RECONNECT_MIN_MS,
  RESPONSE_MAX_BYTES,
} from './limits.ts';
import { type Place, startLookups } from './places.ts';
import { channelCredentials, type RpcPeer } from './rpc-peer.ts';
import { STANDBY_KEY } from './standby.ts';

/** One machine, with its connections. */
export interface RpcServer {
  readonly address: string;
  readonly client: Client;
}

/** A peer's servers in the order to be asked. */
export interface RpcServers {
  /** For one call. A promise only while it is found out for the first time which there are. */
  inOrder(): readonly RpcServer[] | Promise<readonly RpcServer[]>;
  /** This one answered. */
  prefer(server: RpcServer): void;
  close(): void;
}

/** Calls to a server that was taken out may still take this long: longer than any request. */
const LEFT_SERVER_GRACE_MS = 900_000;

export function openServers(peer: RpcPeer): RpcServers {
  if (peer.addresses.length === 0) throw new Error('a peer needs an address');
  const credentials = channelCredentials(peer.tls);
  const places = startLookups(peer.addresses);
  const open = new Set<RpcServer>();
  let seen: readonly Place[] = [];
  let servers: readonly RpcServer[] = [];
  let next = 0;

  /** The servers at these places: those there were stay. */
  function serversAt(current: readonly Place[]): readonly RpcServer[] {
    if (current === seen) return servers;
    seen = current;
    const left = new Map(servers.map((server) => [server.address, server]));
    servers = current.map((place) => {
      const server = left.get(place.target) ?? openServer(place, credentials);
      left.delete(place.target);
      open.add(server);
      return server;
    });
    next %= servers.length;
    for (const server of left.values()) setTimeout(closeServer, LEFT_SERVER_GRACE_MS, server).unref();
    return servers;
  }

  function closeServer(server: RpcServer): void {
    open.delete(server);
    server.client.close();
  }

  function inTurn(all: readonly RpcServer[]): readonly RpcServer[] {
    const first = next;
    if (peer.policy === 'round-robin') next = (next + 1) % all.length;
    return first === 0 ? all : [...all.slice(first), ...all.slice(0, first)];
  }

  return {
    inOrder() {
      const current = places.current();
      return current instanceof Promise
        ? current.then((found) => inTurn(serversAt(found)))
        : inTurn(serversAt(current));
    },
    prefer(server) {
      if (peer.policy !== 'round-robin') next = Math.max(0, servers.indexOf(server));
    },
    close() {
      places.close();
      for (const server of open) closeServer(server);
    },
  };
}

function openServer({ target, name }: Place, credentials: ChannelCredentials): RpcServer {
  const client = new Client(target, credentials, {
    'grpc.max_receive_message_length': RESPONSE_MAX_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.initial_reconnect_backoff_ms': RECONNECT_MIN_MS,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
    // Its certificate is for the name, not for the address it was found at.
    ...(name === '' ? {} : { 'grpc.default_authority': name, 'grpc.ssl_target_name_override': hostOf(name) }),
  });
  return { address: target, client };
}

function hostOf(name: string): string {
  return name.slice(0, name.lastIndexOf(':'));
}

/** What grpc-js says of a call that never left: there was no connection to send it on. */
const NEVER_SENT = /^No connection established|^Name resolution failed/;

/** Whether a failed call was certainly not begun by its server, so that another may have it. */
export function wasNotBegun({ details, metadata }: ServiceError): boolean {
  return NEVER_SENT.test(details) || metadata.get(STANDBY_KEY).length > 0;
}
