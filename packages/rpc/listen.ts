import { lookup } from 'node:dns/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/**
 * Listens at all addresses of a name. Resolves with the listening servers and their port. Rejects if an address is
 * taken.
 */
export async function listen(
  host: string,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly servers: readonly Server[] }> {
  const servers: Server[] = [];
  let taken = port;
  try {
    const found = await lookup(host, { all: true });
    for (const address of new Set(found.map((each) => each.address))) {
      const server = createServer({ noDelay: true }, onConnection);
      await listenAt(server, address, taken);
      servers.push(server);
      taken = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return { port: taken, servers };
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
