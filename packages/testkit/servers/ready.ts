import { connect } from 'node:net';
import pg from 'pg';

/** A server that is there answers at once; one that is frozen or on its way is asked again. */
const ANSWER_TIMEOUT_MS = 1_000;

/** NATS speaks first. */
export const isNatsReady = (host: string, port: number): Promise<boolean> => answers(host, port, '', /^INFO /);

export const isRedisReady = (host: string, port: number): Promise<boolean> =>
  answers(host, port, 'PING\r\n', /^\+PONG/);

export async function isPostgresReady(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: ANSWER_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function answers(host: string, port: number, question: string, answer: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.write(question));
    const settle = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => settle(false));
    socket.once('data', (bytes) => settle(answer.test(bytes.toString())));
    socket.once('error', () => settle(false)).once('close', () => settle(false));
  });
}
