import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange } from './exchange.ts';
import { probeAfterEnd } from './probe-after-end.ts';

/**
 * How many requests may wait on one connection for their answers. Clients send the next request after an answer, and
 * load generators some ten at once; 64 KiB, which Node reads at once, hold 2,500 requests, and each costs some KiB.
 */
const PIPELINED_MAX = 32;

/** A client's connection, as far as its requests go. */
export interface Connection {
  /** Those whose answers have not left, in the order they came. */
  readonly open: ReadonlySet<Exchange>;
  /** The one that came last. */
  readonly latest: Exchange | undefined;
  /** Nothing that comes on it is served any more: the answers that are open, and a last one, are all it gets. */
  isEnding: boolean;
}

export interface Connections {
  /** For the server's `connection` event. */
  watch(socket: Socket): void;
  /** undefined: one that was closed before it was seen. */
  of(socket: Duplex): Connection | undefined;
  /** Whether a connection's next request is served. A connection with too many that wait is closed. */
  serves(socket: Socket): boolean;
  add(exchange: Exchange): void;
}

export function createConnections(): Connections {
  const connections = new WeakMap<Duplex, Connection & { open: Set<Exchange>; latest: Exchange | undefined }>();
  return {
    watch(socket) {
      const open = new Set<Exchange>();
      connections.set(socket, { open, latest: undefined, isEnding: false });
      socket.once('end', () => probeAfterEnd(socket, open));
      socket.once('close', () => {
        // Node says nothing of it to answers that wait in line behind another.
        for (const { response } of open) {
          if (response.socket === null && !response.writableFinished) response.emit('close');
        }
      });
    },
    of: (socket) => connections.get(socket),
    serves(socket) {
      const connection = connections.get(socket);
      if (connection === undefined || connection.isEnding) return false;
      if (connection.open.size < PIPELINED_MAX) return true;
      connection.isEnding = true;
      socket.destroy();
      return false;
    },
    add(exchange) {
      const connection = connections.get(exchange.request.socket);
      if (connection === undefined) return;
      connection.latest = exchange;
      connection.open.add(exchange);
      exchange.response.once('close', () => connection.open.delete(exchange));
    },
  };
}
