/** Sends back what it gets. Prints one line when it listens, and ends with its parent (when standard input closes). */
import { type AddressInfo, createServer } from 'node:net';

const server = createServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ event: 'listening', url: `tcp://127.0.0.1:${port}` }));
});
process.once('SIGTERM', () => process.exit(0));
process.stdin.once('close', () => process.exit(0)).resume();
