import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { type ServerProcess, serverProcess } from './server-process.ts';

/** A real Redis that keeps nothing on disk. */
export interface TemporaryRedis extends ServerProcess, AsyncDisposable {
  readonly url: string;
}

/** Starts one. The program is TEST_REDIS_SERVER, or found, or installed. */
export async function startTemporaryRedis(): Promise<TemporaryRedis> {
  const program = process.env['TEST_REDIS_SERVER'] || findProgram('redis-server', 'redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'gateway-redis-'));
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
  const server = serverProcess(port, program, settings);
  await server.start();
  return {
    ...server,
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.signal('SIGCONT');
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
