import { type ChannelCredentials, Client, connectivityState, type ServiceError } from '@grpc/grpc-js';
import { Fault } from '#errors/fault.ts';
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
  /**
   * Whether a call can be sent to the machine, or fails there at once. Connects if necessary. False: connections to it
   * are neither made nor refused, as to a machine that is gone, and a call would wait for minutes.
   */
  reach(): boolean | Promise<boolean>;
}

/** A peer's servers in the order in which to ask them. */
export interface RpcServers {
  /** The order for one call. A promise only during the first look-up. */
  inOrder(): readonly RpcServer[] | Promise<readonly RpcServer[]>;
  /** This server answered. */
  prefer(server: RpcServer): void;
  close(): void;
}

/** How long calls to a server that was taken out may still take: longer than any request. */
const LEFT_SERVER_GRACE_MS = 900_000;

export function openServers(peer: RpcPeer): RpcServers {
  if (peer.addresses.length === 0) throw new Error('a peer needs an address');
  const credentials = channelCredentials(peer.tls);
  const places = startLookups(peer.addresses);
  const open = new Set<RpcServer>();
  let seen: readonly Place[] = [];
  let servers: readonly RpcServer[] = [];
  let next = 0;

  /** The servers at these places. Known servers are kept. */
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
    // The server's certificate is for the name, not for the address.
    ...(name === '' ? {} : { 'grpc.default_authority': name, 'grpc.ssl_target_name_override': hostOf(name) }),
  });
  return { address: target, client, reach: reachOf(client) };
}

/** A connection within a cluster takes milliseconds, while TCP gives up after two minutes. */
const CONNECT_TIMEOUT_MS = 1_000;

function reachOf(client: Client): () => boolean | Promise<boolean> {
  const channel = client.getChannel();
  /** Connecting took too long. No call waits for this machine until a connection is made or refused. */
  let isOverdue = false;
  let waiting: Promise<boolean> | undefined;

  function isConnecting(): boolean {
    const state = channel.getConnectivityState(true);
    return state === connectivityState.CONNECTING || state === connectivityState.IDLE;
  }

  async function isMade(): Promise<boolean> {
    const endMs = Date.now() + CONNECT_TIMEOUT_MS;
    while (isConnecting()) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      channel.watchConnectivityState(channel.getConnectivityState(true), endMs, (error) =>
        resolve(error === undefined),
      );
      if (!(await promise)) return false;
    }
    return true;
  }

  return () => {
    if (!isConnecting()) {
      isOverdue = false;
      return true;
    }
    if (isOverdue) return false;
    waiting ??= isMade().then((isDone) => {
      isOverdue = !isDone;
      waiting = undefined;
      return isDone;
    });
    return waiting;
  };
}

/** The failure of a call to a server that cannot be reached. */
export function notAnswering(address: string): Fault {
  return new Fault({ code: 'unavailable', message: `${address} does not answer.` });
}

function hostOf(name: string): string {
  return name.slice(0, name.lastIndexOf(':'));
}

/** grpc-js reports this for a call that was never sent, because there was no connection. */
const NEVER_SENT = /^No connection established|^Name resolution failed/;

/** Whether the server certainly did not begin a failed call, so that another server may have it. */
export function wasNotBegun({ details, metadata }: ServiceError): boolean {
  return NEVER_SENT.test(details) || metadata.get(STANDBY_KEY).length > 0;
}
