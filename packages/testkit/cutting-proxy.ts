import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Socket } from 'node:net';
import pg from 'pg';

/**
 * What happens to a connection when a statement passes that the cut waits for. `silently`: it stays open and carries nothing
 * any more, as when a firewall has forgotten it.
 */
export type Cut = 'before-it-arrives' | 'before-its-answer' | 'silently';

export interface CuttingProxy {
  /** The database's address by way of the proxy. */
  readonly connectionString: string;
  /** Cuts the next connection that sends bytes containing `marker`, once. */
  cutAt(marker: string, cut: Cut): void;
  /** While it is shut, new connections are broken at once, as where the database is away. */
  shut(isShut: boolean): void;
  /** How many connections were cut. */
  cuts(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A TCP proxy before PostgreSQL that breaks connections around a statement, as a failing network does. */
export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new pg.Client({ connectionString: databaseUrl });
  const sockets = new Set<Socket>();
  let pending: { marker: string; cut: Cut } | undefined;
  let cuts = 0;
  let isShut = false;

  // Half open: a silent connection does not even take leave.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (isShut) {
      client.on('error', () => undefined).destroy();
      return;
    }
    const upstream = target.host.startsWith('/')
      ? createConnection(`${target.host}/.s.PGSQL.${target.port}`)
      : createConnection(target.port, target.host);
    let isAnswerCut = false;
    let isSilent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    client.on('end', () => isSilent || client.end());
    client.on('data', (bytes) => {
      if (isSilent) return;
      if (pending !== undefined && bytes.includes(pending.marker)) {
        const { cut } = pending;
        pending = undefined;
        cuts += 1;
        if (cut === 'silently') {
          isSilent = true;
          return;
        }
        if (cut === 'before-it-arrives') {
          client.destroy();
          return;
        }
        isAnswerCut = true;
      }
      upstream.write(bytes);
    });
    // The answer to a commit comes when it is durable: cut here, the writer cannot know that it is.
    upstream.on('data', (bytes) => {
      if (isAnswerCut) client.destroy();
      else if (!isSilent) client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = new URL(`postgresql://127.0.0.1:${port}/${target.database}`);
  address.username = target.user ?? '';
  address.password = String(target.password ?? '');

  return {
    connectionString: address.href,
    cutAt(marker, cut) {
      pending = { marker, cut };
    },
    shut(now) {
      isShut = now;
    },
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
