import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A client over bare TCP, which does what no HTTP library would. */
export interface RawClient extends Disposable {
  readonly socket: Socket;
  /** What has come so far, as latin1. */
  readonly received: () => string;
  /** Waits until what has come fits the pattern; throws, showing its beginning, where that takes too long. */
  receives(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Waits until the gateway has closed its side; true where it did in time. */
  isClosedWithin(timeoutMs: number): Promise<boolean>;
}

const SHOWN_CHARACTERS = 500;
const POLL_MS = 10;

/** Connects to `http://host:port`. `isReading: false`: not a byte is read until the socket is resumed. */
export async function rawClient(url: string, options: { isReading?: boolean } = {}): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  // Half-open: the gateway's end of its side does not end ours.
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  const parts: Buffer[] = [];
  let isClosed = false;
  socket.on('error', () => undefined);
  for (const event of ['end', 'close'] as const) {
    socket.once(event, () => {
      isClosed = true;
    });
  }
  if (options.isReading !== false) socket.on('data', (bytes) => parts.push(bytes));
  const received = (): string => Buffer.concat(parts).toString('latin1');
  return {
    socket,
    received,
    async receives(pattern, timeoutMs = 10_000) {
      const deadlineMs = Date.now() + timeoutMs;
      while (!pattern.test(received())) {
        if (Date.now() > deadlineMs) {
          throw new Error(`no ${pattern} within ${timeoutMs} ms, but: ${received().slice(0, SHOWN_CHARACTERS)}`);
        }
        await pause(POLL_MS);
      }
      return received();
    },
    async isClosedWithin(timeoutMs) {
      const deadlineMs = Date.now() + timeoutMs;
      while (!isClosed && Date.now() < deadlineMs) await pause(POLL_MS);
      return isClosed;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** A completion request as bytes, with a length that fits its body. */
export function completionRequest(
  apiKey: string,
  body: unknown,
  options: { path?: string; headers?: readonly string[] } = {},
): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return [
    `POST ${options.path ?? '/v1/chat/completions'} HTTP/1.1`,
    'host: gateway',
    `authorization: Bearer ${apiKey}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    ...(options.headers ?? []),
    '',
    text,
  ].join('\r\n');
}
