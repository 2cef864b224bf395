import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../services/standalone/src/main.ts', import.meta.url));

/** A first start makes a database cluster: seconds here, more on a busy machine. */
const START_TIMEOUT_MS = 60_000;

/** A gateway in a process of its own, as a user starts it. */
export interface GatewayProcess {
  readonly url: string;
  readonly grpcAddress: string;
  readonly adminToken: string;
  /** Of the demo user; empty where there is none. */
  readonly demoKey: string;
  readonly pid: number;
  /** The log lines so far. */
  readonly lines: readonly string[];
  /** Sends a signal and resolves with the exit code (null where the signal itself ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface GatewayProcessOptions {
  readonly dataDir: string;
  /** Ports are free ones unless given here. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the standalone gateway and waits until it is ready. Rejects with its output where it ends before that. */
export async function startGatewayProcess({ dataDir, environment }: GatewayProcessOptions): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [ENTRY, '--quiet'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      GATEWAY_PORT: '0',
      GATEWAY_GRPC_PORT: '0',
      ...environment,
      GATEWAY_DATA_DIR: dataDir,
    },
  });
  const lines: string[] = [];
  const ready = await untilReady(child, lines);
  const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as Record<string, string>;
  return {
    url: ready.url,
    grpcAddress: ready.grpcAddress,
    adminToken: secrets['adminToken'] ?? '',
    demoKey: secrets['demoKey'] ?? '',
    pid: child.pid ?? 0,
    lines,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code] = await exited;
      return code as number | null;
    },
  };
}

/** A directory for a gateway's data, removed at the end. */
export async function temporaryDataDir(): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'gateway-data-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

function untilReady(child: ChildProcess, lines: string[]): Promise<{ url: string; grpcAddress: string }> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the gateway ${why}:\n${lines.slice(-50).join('\n')}`));
    const timer = setTimeout(() => fail('was not ready in time'), START_TIMEOUT_MS);
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal} before it was ready`));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (!line.includes('"msg":"ready"')) return;
        clearTimeout(timer);
        resolve(JSON.parse(line) as { url: string; grpcAddress: string });
      });
    }
  });
}
