import { setTimeout as pause } from 'node:timers/promises';
import type { GenericContainer } from 'testcontainers';
import { docker } from './docker.ts';
import { runLabels } from './leftovers.ts';
import type { OwnServer } from './own-server.ts';

/** An image that makes a database first, on a machine busy with other suites. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
/** What is told of a server that does not start. */
const LOG_LINES = 40;

export interface ContainerSettings {
  readonly image: string;
  /** Outside and inside. The same one outside after a restart, as a server keeps its address. */
  readonly port: number;
  readonly containerPort: number;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Copied, not mounted, for the daemon may be on another machine. Everybody may read them: the server may be anybody. */
  readonly files?: readonly { readonly source: string; readonly target: string }[];
  readonly network?: { readonly name: string; readonly alias: string };
  /** The port is open before the server is there, since Docker itself listens on it. */
  isReady(host: string, port: number): Promise<boolean>;
}

export interface ServerContainer extends OwnServer, AsyncDisposable {
  /** Removes the container with all that it has kept. The next start makes a new one. */
  discard(): Promise<void>;
}

/** A server in a container of its own. It is stopped and frozen by signals to its process, as a program is. */
export async function serverContainer(settings: ContainerSettings): Promise<ServerContainer> {
  const runtime = await docker();
  const announced = runtime.info.containerRuntime.host;
  // Not by name, for that may be ::1 first, where nobody listens.
  const host = announced === 'localhost' ? '127.0.0.1' : announced;
  const { port } = settings;
  let id: string | undefined;
  const container = () => {
    if (id === undefined) throw new Error(`the container of ${settings.image} has not been started`);
    return runtime.container.getById(id);
  };

  async function untilReady(): Promise<void> {
    const deadlineMs = Date.now() + START_TIMEOUT_MS;
    while (!(await settings.isReady(host, port))) {
      const { State } = await container().inspect();
      if (!State.Running || Date.now() > deadlineMs) throw new Error('it does not answer');
      await pause(POLL_MS);
    }
  }

  async function start(): Promise<void> {
    try {
      if (id !== undefined) {
        await container().start();
      } else {
        const created = await prepare(settings, host === '127.0.0.1', (newId) => {
          id = newId;
        });
        await created.start();
      }
      await untilReady();
    } catch (cause) {
      throw new Error(`the container of ${settings.image} did not start:\n${await lastLines()}`, { cause });
    }
  }

  async function lastLines(): Promise<string> {
    if (id === undefined) return '';
    const log = await container().logs({ stdout: true, stderr: true, tail: LOG_LINES });
    // Docker puts a few bytes before each line.
    return log.toString().replaceAll(/[^\n -~]/g, '');
  }

  async function discard(): Promise<void> {
    if (id === undefined) return;
    await container().remove({ force: true, v: true });
    id = undefined;
  }

  return {
    host,
    port,
    start,
    discard,
    async stop(signal = 'SIGTERM') {
      if (id === undefined || !(await container().inspect()).State.Running) return;
      await container().kill({ signal });
      await container().wait();
    },
    signal: (signal) => container().kill({ signal }),
    [Symbol.asyncDispose]: discard,
  };
}

async function prepare(
  { image, port, containerPort, command, environment = {}, files = [], network }: ContainerSettings,
  isHere: boolean,
  onCreated: (id: string) => void,
): Promise<GenericContainer> {
  const { GenericContainer: Base, Wait } = await import('testcontainers');
  class Container extends Base {
    override containerCreated = async (id: string): Promise<void> => onCreated(id);

    /** Whom the daemon serves is not to reach a server without a password from outside. */
    onlyFromHere(): void {
      this.hostConfig.PortBindings = { [`${containerPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] };
    }
  }
  const container = new Container(image)
    .withCommand([...command])
    .withEnvironment({ ...environment })
    .withExposedPorts({ container: containerPort, host: port })
    .withCopyFilesToContainer(files.map((file) => ({ ...file, mode: 0o444 })))
    .withLabels(runLabels())
    // Ours does it, after a restart too.
    .withWaitStrategy(Wait.forAll([]));
  if (network !== undefined) container.withNetworkMode(network.name).withNetworkAliases(network.alias);
  if (isHere) (container as Container).onlyFromHere();
  return container;
}
