import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
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

/**
 * Starts one. The program is TEST_NATS_SERVER, or found, or installed. `permissions` is the path of a file of users, as
 * infra/nats has it, whose passwords come from `environment`; absent: everybody may do everything.
 */
export async function startTemporaryNats(
  options: { readonly permissions?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<TemporaryNats> {
  const program = process.env['TEST_NATS_SERVER'] || findProgram('nats-server', 'nats-server');
  const folder = await mkdtemp(join(tmpdir(), 'gateway-nats-'));
  const port = await freePort();
  const storage = join(folder, 'jetstream');
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', storage];
  if (options.permissions !== undefined) {
    // What a configuration includes is looked for beside it.
    await copyFile(options.permissions, join(folder, 'permissions.conf'));
    await writeFile(join(folder, 'nats.conf'), 'include permissions.conf\n');
    args.push('-c', join(folder, 'nats.conf'));
  }
  const server = serverProcess(port, program, args, options.environment);
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
