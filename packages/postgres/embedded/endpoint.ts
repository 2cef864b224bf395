import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type ListenOptions } from 'node:net';
import { join } from 'node:path';

/** The address on which the server listens: a Unix socket in its own folder, or TCP on this machine alone. */
export interface Endpoint {
  /** Empty for TCP. */
  readonly socketDir: string;
  readonly port: number;
}

/** A socket's path has 104 bytes on macOS and 108 on Linux, including the final NUL. */
const SOCKET_PATH_MAX_BYTES = 100;

/** Only the name of the socket file. No other server is in that folder. */
const SOCKET_PORT = 5432;

/**
 * Chooses a Unix socket if possible: it needs no free port, and the folder's mode keeps others out. (Both take some 100
 * µs a query.) Chooses TCP if the path is too long, or if the file system has no sockets (the shared folders of Docker
 * on macOS).
 */
export async function chooseEndpoint(clusterDir: string): Promise<Endpoint> {
  const isShort = Buffer.byteLength(join(clusterDir, `.s.PGSQL.${SOCKET_PORT}`)) < SOCKET_PATH_MAX_BYTES;
  const probe = join(clusterDir, '.s.probe');
  if (isShort && (await portOf({ path: probe })) !== undefined) return { socketDir: clusterDir, port: SOCKET_PORT };
  const port = await portOf({ host: '127.0.0.1', port: 0 });
  if (port === undefined) throw new Error('no free TCP port on 127.0.0.1 for the embedded PostgreSQL');
  return { socketDir: '', port };
}

/** The port that listening there gave (0 for a socket file); undefined if listening there fails. */
async function portOf(place: ListenOptions): Promise<number | undefined> {
  if (place.path !== undefined) await rm(place.path, { force: true });
  const server = createServer();
  try {
    server.listen(place);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
