import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A TCP proxy that can fall silent: its connections stay open and carry nothing any more, as when a machine is gone. */
export interface SilentProxy extends AsyncDisposable {
  /** host:port */
  readonly address: string;
  fallSilent(): void;
}

export async function startSilentProxy(target: string): Promise<SilentProxy> {
  const end = target.lastIndexOf(':');
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = createConnection(Number(target.slice(end + 1)), target.slice(0, end));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => void (isSilent || to.write(bytes)));
      from.on('error', () => undefined).on('close', () => isSilent || to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    fallSilent: () => {
      isSilent = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An address that answers no connection at all, neither with a yes nor with a no: what a dead machine's address does. */
export interface DeadAddress extends AsyncDisposable {
  /** host:port */
  readonly address: string;
}

/** A connection that is not made within this is not going to be. */
const CONNECT_MS = 200;
const WAITING_MAX = 16;

/** A stopped process whose queue of connections is full: the kernel drops whoever knocks. Linux only. */
export async function startDeadAddress(): Promise<DeadAddress> {
  const listen = `const s = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
    () => console.log(s.address().port));`;
  const child: ChildProcess = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = child.stdout === null ? [''] : await once(child.stdout, 'data');
  const port = Number(String(line));
  child.kill('SIGSTOP');
  const waiting: Socket[] = [];
  for (let isFull = false; !isFull; ) {
    const socket = createConnection(port, '127.0.0.1').on('error', () => undefined);
    waiting.push(socket);
    isFull = await Promise.race([once(socket, 'connect').then(() => false), pause(CONNECT_MS, true)]);
    if (waiting.length > WAITING_MAX) throw new Error('connections are made to a process that is stopped');
  }
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
