import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { serverProcess } from './server-process.ts';
import { givenServer, ownServer } from './servers/found-servers.ts';
import { holdAlone } from './servers/hold-alone.ts';
import type { OwnServer } from './servers/own-server.ts';
import { isRedisReady } from './servers/ready.ts';
import { serverContainer } from './servers/server-container.ts';
import { serverKinds } from './servers/server-kinds.ts';

/** A real Redis to talk to. It is empty, and nobody else's at the time. */
export interface BorrowedRedis extends AsyncDisposable {
  readonly url: string;
}

/** A real Redis of a test's own that keeps nothing on disk. */
export interface TemporaryRedis extends OwnServer, BorrowedRedis {}

const SETTINGS = ['--save', ''];

/** Starts a server that may be stopped and frozen. */
export async function startTemporaryRedis(): Promise<TemporaryRedis> {
  const { source, at } = await ownServer('redis');
  const port = await freePort();
  const server = source === 'container' ? await inContainer(at, port) : await asProgram(at, port);
  await server.start();
  return { ...server, url: `redis://${server.host}:${port}` };
}

/** The server of TEST_REDIS_URL, or one of the test's own where none is given. */
export async function borrowRedis(): Promise<BorrowedRedis> {
  const url = await givenServer('redis');
  if (url === undefined) return startTemporaryRedis();
  await using undo = new AsyncDisposableStack();
  undo.use(await holdAlone(url));
  const redis = new Redis(url, { maxRetriesPerRequest: 0 });
  undo.defer(() => redis.disconnect());
  if ((await redis.dbsize()) > 0) throw new Error('the database of TEST_REDIS_URL has to be empty, and it is not');
  undo.defer(async () => void (await redis.flushdb()));
  const held = undo.move();
  return { url, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function inContainer(image: string, port: number) {
  return serverContainer({
    image,
    port,
    containerPort: serverKinds.redis.containerPort,
    // Docker itself lets in only whom it should.
    command: ['redis-server', '--protected-mode', 'no', ...SETTINGS],
    isReady: isRedisReady,
  });
}

async function asProgram(program: string, port: number): Promise<OwnServer & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-redis-'));
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...SETTINGS];
  const server = serverProcess(port, program, args);
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server.signal('SIGCONT');
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
