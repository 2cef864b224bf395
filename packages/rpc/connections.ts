import type { Socket } from 'node:net';
import { clientSubject } from '#throttle/client-subject.ts';
import type { ConnectionBounds } from './limits.ts';
import { createStrangers, type Stranger } from './strangers.ts';

/** Both ends of a connection, as a call knows them. */
export interface ConnectionEnds {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** The open connections of a server. Strangers cannot fill it up. */
export interface Connections {
  /** Takes a new connection; false if the connection was closed at once. */
  admit(socket: Socket): boolean;
  /** A call on this connection has shown who its caller is. */
  authenticated(ends: ConnectionEnds): void;
  /** Resolves when no connection is open. */
  ended(): Promise<void>;
  /** Closes all connections that are left. */
  close(): void;
}

/** How often strangers are checked. Their deadlines are inaccurate by as much. */
const SWEEP_INTERVAL_MS = 250;

/**
 * Bounds connections. A connection that has not authenticated is a stranger. It has some seconds to authenticate and
 * may send some kilobytes until then, in TLS' handshake, in HTTP/2's or in calls that anyone may make. If there are too
 * many strangers, of one client or in all, the oldest gives way to the new one. A caller with the token shows it with
 * its first bytes, so no flood, from its own address or from others, keeps that caller out.
 */
export function createConnections(bounds: ConnectionBounds): Connections {
  const open = new Set<Socket>();
  const strangers = createStrangers();
  const waiting: (() => void)[] = [];
  let sweeping: NodeJS.Timeout | undefined;

  function gone(socket: Socket): void {
    open.delete(socket);
    if (open.size === 0) for (const resolve of waiting.splice(0)) resolve();
  }

  function drop(stranger: Stranger | undefined): void {
    if (stranger === undefined) return;
    strangers.remove(stranger.ends);
    gone(stranger.socket);
    stranger.socket.destroy();
  }

  function sweep(): void {
    const nowMs = performance.now();
    for (const stranger of strangers.all()) {
      if (nowMs >= stranger.deadlineMs || stranger.socket.bytesRead > bounds.strangerMaxBytes) drop(stranger);
    }
    if (strangers.size() > 0) return;
    clearInterval(sweeping);
    sweeping = undefined;
  }

  /** Whether there is room for one more connection. Closes the oldest stranger if that makes room. */
  function makeRoom(client: string): boolean {
    if (strangers.countOf(client) >= bounds.strangersPerClientMax) drop(strangers.oldest(client));
    if (strangers.size() >= bounds.strangersMax || open.size >= bounds.connectionsMax) drop(strangers.oldest());
    return open.size < bounds.connectionsMax;
  }

  return {
    admit(socket) {
      // A connection that breaks is closed. There is nothing to do about the error.
      socket.on('error', () => undefined);
      const client = clientSubject(socket.remoteAddress ?? '');
      // A connection without an address is closed already.
      if (client === '' || !makeRoom(client)) {
        socket.destroy();
        return false;
      }
      const ends = endsOf(socket);
      strangers.add({ ends, socket, client, deadlineMs: performance.now() + bounds.authenticationTimeoutMs });
      open.add(socket);
      sweeping ??= setInterval(sweep, SWEEP_INTERVAL_MS).unref();
      socket.once('close', () => {
        gone(socket);
        // The same ends may have connected again meanwhile.
        if (strangers.find(ends)?.socket === socket) strangers.remove(ends);
      });
      return true;
    },
    authenticated: (ends) => strangers.remove(endsOf(ends)),
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
