import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A provider that writes exact bytes: nothing adds a header, a chunk length or an end to what the test says. */
export interface ByteProvider extends AsyncDisposable {
  /** As a provider's `baseUrl`. */
  readonly baseUrl: string;
  /** Calls so far. */
  readonly calls: () => number;
  /** Answers the next calls. `call` counts from 1. */
  answer: (socket: Socket, call: number) => void | Promise<void>;
}

/** Answers each request once its body, of a known length, has come whole. */
export async function startByteProvider(answer: ByteProvider['answer']): Promise<ByteProvider> {
  const sockets = new Set<Socket>();
  let calls = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // The gateway may break off at any moment; that is what the test is about.
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      const length = requestLength(received);
      if (length === null || received.length < length) return;
      received = received.subarray(length);
      calls += 1;
      void provider.answer(socket, calls);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider: ByteProvider = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls: () => calls,
    answer,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

/** Writes bytes and resolves when the socket has room for more or is closed. */
export function writeBytes(socket: Socket, bytes: Buffer | string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.write(bytes)) {
      resolve();
      return;
    }
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}

/** Where a request of a known length ends; null where its head has not come whole. */
function requestLength(received: Buffer): number | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = received.toString('latin1', 0, headEnd);
  const bodyBytes = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return headEnd + 4 + bodyBytes;
}
