import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { type ServerProcess, serverProcess } from './server-process.ts';

/** A real nats-server with JetStream, its storage in a folder of its own. */
export interface TemporaryNats extends ServerProcess, AsyncDisposable {
  readonly url: string;
  /** Removes all that JetStream has kept; only while it is stopped. */
  wipe(): Promise<void>;
}

/** Starts one. The program is TEST_NATS_SERVER, or found, or installed. */
export async function startTemporaryNats(): Promise<TemporaryNats> {
  const program = process.env['TEST_NATS_SERVER'] || findProgram('nats-server', 'nats-server');
  const folder = await mkdtemp(join(tmpdir(), 'gateway-nats-'));
  const port = await freePort();
  const storage = join(folder, 'jetstream');
  const server = serverProcess(port, program, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', storage]);
  await server.start();
  return {
    ...server,
    url: `nats://127.0.0.1:${port}`,
    wipe: () => rm(storage, { recursive: true, force: true }),
    async [Symbol.asyncDispose]() {
      server.signal('SIGCONT');
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
