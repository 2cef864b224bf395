import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeDataDir } from './remove-data-dir.ts';

const ENTRY = fileURLToPath(new URL('../../services/standalone/src/main.ts', import.meta.url));

/** A first start makes a database cluster: seconds here, more on a busy machine. */
const START_TIMEOUT_MS = 60_000;

/** Where the log goes to a file, it is looked at this often until it says that the gateway is ready. */
const LOG_POLL_MS = 20;

/** Everybody may pass: root's PostgreSQL runs as another user, and would else be kept outside, where nobody removes it. */
const PASSABLE = 0o755;

/** Where the providers of tests are. */
export const THIS_MACHINE = '127.0.0.0/8,::1';

/** A gateway in a process of its own, as a user starts it. */
export interface GatewayProcess {
  readonly url: string;
  readonly grpcAddress: string;
  readonly adminToken: string;
  /** Of the demo user; empty where there never was one. A revoked one is still kept. */
  readonly demoKey: string;
  readonly pid: number;
  /** The log lines so far; none where they go to a file. */
  readonly lines: readonly string[];
  /** Sends a signal and resolves with the exit code (null where the signal itself ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface GatewayProcessOptions {
  readonly dataDir: string;
  /** Ports are free ones unless given here. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags of Node itself, such as `--cpu-prof`. */
  readonly execArgv?: readonly string[];
  /** The log goes to this file and costs this process nothing. */
  readonly logPath?: string;
  /** With the banner that tells a person what they need, among the lines. */
  readonly withBanner?: boolean;
}

interface Ready {
  readonly url: string;
  readonly grpcAddress: string;
}

/** Starts the standalone gateway and waits until it is ready. Rejects with its output where it ends before that. */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const { dataDir, environment, execArgv = [], logPath, withBanner = false } = options;
  const logFile = logPath === undefined ? undefined : await open(logPath, 'w');
  const output = logFile?.fd ?? 'pipe';
  const child = spawn(process.execPath, [...execArgv, ENTRY, ...(withBanner ? [] : ['--quiet'])], {
    stdio: ['ignore', output, output],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      GATEWAY_PORT: '0',
      GATEWAY_GRPC_PORT: '0',
      GATEWAY_PRIVATE_PROVIDERS: THIS_MACHINE,
      ...environment,
      GATEWAY_DATA_DIR: dataDir,
    },
  });
  const lines: string[] = [];
  const ready = await (logPath === undefined ? untilReady(child, lines) : untilReadyInFile(child, logPath));
  await logFile?.close();
  const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as Record<string, string>;
  return {
    url: ready.url,
    grpcAddress: ready.grpcAddress,
    // One that is given is not kept.
    adminToken: environment?.['GATEWAY_ADMIN_TOKEN'] ?? secrets['adminToken'] ?? '',
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
  await chmod(path, PASSABLE);
  return { path, [Symbol.asyncDispose]: () => removeDataDir(path) };
}

function untilReady(child: ChildProcess, lines: string[]): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`the gateway ${why}:\n${lines.slice(-50).join('\n')}`));
    };
    const timer = setTimeout(() => {
      fail('was not ready in time');
      child.kill('SIGTERM');
    }, START_TIMEOUT_MS);
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal} before it was ready`));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const ready = readyIn(line);
        if (ready === undefined) return;
        clearTimeout(timer);
        resolve(ready);
      });
    }
  });
}

async function untilReadyInFile(child: ChildProcess, logPath: string): Promise<Ready> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    const lines = (await readFile(logPath, 'utf8')).split('\n');
    const ready = lines.slice(0, -1).map(readyIn).find(Boolean);
    if (ready !== undefined) return ready;
    if (hasEnded || Date.now() > deadlineMs) {
      child.kill('SIGTERM');
      throw new Error(`the gateway ${hasEnded ? 'ended' : 'was not ready in time'}:\n${lines.slice(-50).join('\n')}`);
    }
    await sleep(LOG_POLL_MS);
  }
}

function readyIn(line: string): Ready | undefined {
  return line.includes('"msg":"ready"') ? (JSON.parse(line) as Ready) : undefined;
}
