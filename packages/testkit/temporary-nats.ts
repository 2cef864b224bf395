import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { serverProcess } from './server-process.ts';
import { ownServer } from './servers/found-servers.ts';
import type { OwnServer } from './servers/own-server.ts';
import { isNatsReady } from './servers/ready.ts';
import { serverContainer } from './servers/server-container.ts';
import { serverKinds } from './servers/server-kinds.ts';

/** A real NATS of a test's own. */
export interface TemporaryNats extends OwnServer, AsyncDisposable {
  readonly url: string;
  /** Removes all that JetStream has kept; only while it is stopped. */
  wipe(): Promise<void>;
}

export interface NatsOptions {
  /** The users and rights of infra/nats/permissions.conf, with the passwords of `environment`; else everybody may do all. */
  readonly hasPermissions?: boolean;
  /** false: a server without JetStream. */
  readonly hasJetStream?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The folder of the configurations that installations use. */
export const NATS_CONFIGURATION = fileURLToPath(new URL('../../infra/nats/', import.meta.url));

/** Starts a server that may be stopped, frozen and wiped. */
export async function startTemporaryNats(options: NatsOptions = {}): Promise<TemporaryNats> {
  const { source, at } = await ownServer('nats');
  const port = await freePort();
  const server = source === 'container' ? await inContainer(at, port, options) : await asProgram(at, port, options);
  await server.start();
  return { ...server, url: `nats://${server.host}:${port}` };
}

type Wipeable = Omit<TemporaryNats, 'url'>;

async function inContainer(image: string, port: number, options: NatsOptions): Promise<Wipeable> {
  const { hasPermissions = false, hasJetStream = true, environment } = options;
  const files = hasPermissions ? ['nats-server.conf', 'permissions.conf'] : [];
  const plain = hasJetStream ? ['-js', '-sd', '/data'] : ['-p', String(serverKinds.nats.containerPort)];
  const server = await serverContainer({
    image,
    port,
    containerPort: serverKinds.nats.containerPort,
    command: hasPermissions ? ['-c', '/etc/nats/nats-server.conf'] : plain,
    environment: { NATS_SERVER_NAME: 'nats', ...environment },
    files: files.map((file) => ({ source: join(NATS_CONFIGURATION, file), target: `/etc/nats/${file}` })),
    isReady: isNatsReady,
  });
  return { ...server, wipe: server.discard };
}

async function asProgram(program: string, port: number, options: NatsOptions): Promise<Wipeable> {
  const { hasPermissions = false, hasJetStream = true, environment } = options;
  const folder = await mkdtemp(join(tmpdir(), 'gateway-nats-'));
  const storage = join(folder, 'jetstream');
  const args = ['-a', '127.0.0.1', '-p', String(port)];
  if (hasJetStream) args.push('-js', '-sd', storage);
  if (hasPermissions) {
    // What a configuration includes is looked for beside it.
    await copyFile(join(NATS_CONFIGURATION, 'permissions.conf'), join(folder, 'permissions.conf'));
    await writeFile(join(folder, 'nats.conf'), 'include permissions.conf\n');
    args.push('-c', join(folder, 'nats.conf'));
  }
  const server = serverProcess(port, program, args, environment);
  return {
    ...server,
    wipe: () => rm(storage, { recursive: true, force: true }),
    async [Symbol.asyncDispose]() {
      await server.signal('SIGCONT');
      await server.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
