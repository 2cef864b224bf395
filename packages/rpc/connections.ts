import type { Socket } from 'node:net';
import { clientSubject } from '#throttle/client-subject.ts';
import type { ConnectionBounds } from './limits.ts';

/** Both ends of a connection, as a call knows them. */
export interface ConnectionEnds {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** The open connections of a server, which strangers cannot fill. */
export interface Connections {
  /** Takes a new connection; false where it was closed at once. */
  admit(socket: Socket): boolean;
  /** A call on this connection has shown who its caller is. */
  authenticated(ends: ConnectionEnds): void;
  /** Resolves when none is open. */
  ended(): Promise<void>;
  /** Closes all that are left. */
  close(): void;
}

interface Stranger {
  readonly socket: Socket;
  readonly client: string;
  readonly deadlineMs: number;
}

/** A stranger is looked at this often; so much of its deadline is the inaccuracy. */
const SWEEP_INTERVAL_MS = 250;

/**
 * Bounds connections. One that has not authenticated is a stranger: it has seconds to do so and may send some kilobytes
 * until then, in TLS' handshake, in HTTP/2's or in calls that anyone may make. Where there are too many strangers, of one
 * client or in all, the oldest gives way to the new one: a caller with the token shows it with its first bytes, so that no
 * flood, from its own address or from others, keeps it out.
 */
export function createConnections(bounds: ConnectionBounds): Connections {
  const open = new Set<Socket>();
  /** By both ends, oldest first. */
  const strangers = new Map<string, Stranger>();
  /** The ends of each client's strangers, oldest first. */
  const byClient = new Map<string, Set<string>>();
  let sweeping: NodeJS.Timeout | undefined;
  const waiting: (() => void)[] = [];

  function gone(socket: Socket): void {
    open.delete(socket);
    if (open.size === 0) for (const resolve of waiting.splice(0)) resolve();
  }

  function forget(ends: string): void {
    const stranger = strangers.get(ends);
    if (stranger === undefined) return;
    strangers.delete(ends);
    const siblings = byClient.get(stranger.client);
    siblings?.delete(ends);
    if (siblings?.size === 0) byClient.delete(stranger.client);
    if (strangers.size > 0) return;
    clearInterval(sweeping);
    sweeping = undefined;
  }

  function drop(ends: string | undefined): void {
    if (ends === undefined) return;
    const socket = strangers.get(ends)?.socket;
    forget(ends);
    if (socket === undefined) return;
    gone(socket);
    socket.destroy();
  }

  function sweep(): void {
    const nowMs = performance.now();
    for (const [ends, { socket, deadlineMs }] of strangers) {
      if (nowMs >= deadlineMs || socket.bytesRead > bounds.strangerMaxBytes) drop(ends);
    }
  }

  /** Whether there is room for one more, after the oldest stranger has gone where it had to. */
  function makeRoom(client: string): boolean {
    const siblings = byClient.get(client);
    if (siblings !== undefined && siblings.size >= bounds.strangersPerClientMax) drop(first(siblings));
    if (strangers.size >= bounds.strangersMax || open.size >= bounds.connectionsMax) drop(first(strangers.keys()));
    return open.size < bounds.connectionsMax;
  }

  function meet(socket: Socket, client: string): void {
    const ends = endsOf(socket);
    strangers.set(ends, { socket, client, deadlineMs: performance.now() + bounds.authenticationTimeoutMs });
    const siblings = byClient.get(client) ?? new Set();
    byClient.set(client, siblings.add(ends));
    open.add(socket);
    sweeping ??= setInterval(sweep, SWEEP_INTERVAL_MS).unref();
    socket.once('close', () => {
      gone(socket);
      // The same ends may have come back meanwhile.
      if (strangers.get(ends)?.socket === socket) forget(ends);
    });
  }

  return {
    admit(socket) {
      // One that breaks is closed, and nobody here has anything to say about it.
      socket.on('error', () => undefined);
      const client = clientSubject(socket.remoteAddress ?? '');
      // Without an address it has gone already.
      if (client === '' || !makeRoom(client)) {
        socket.destroy();
        return false;
      }
      meet(socket, client);
      return true;
    },
    authenticated: (ends) => forget(endsOf(ends)),
    async ended() {
      if (open.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    close() {
      clearInterval(sweeping);
      for (const socket of open) socket.destroy();
    },
  };
}

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: ConnectionEnds): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
