import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const START_TIMEOUT_MS = 15_000;
const POLL_MS = 20;

/** Somebody else's server, run for a test: it can be stopped, killed, frozen, and started again on its port. */
export interface ServerProcess {
  readonly port: number;
  /** Resolves when the port is open. */
  start(): Promise<void>;
  /** Resolves when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  isRunning(): boolean;
}

export function serverProcess(
  port: number,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ServerProcess {
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    port,
    isRunning,
    async start() {
      let output = '';
      const started = spawn(program, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment },
      });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (bytes: Buffer) => {
          if (output.length < 10_000) output += bytes.toString();
        });
      }
      const deadlineMs = Date.now() + START_TIMEOUT_MS;
      while (!(await isOpen(port))) {
        if (!isRunning() || Date.now() > deadlineMs) throw new Error(`${program} did not start:\n${output}`);
        await pause(POLL_MS);
      }
    },
    async stop(signal = 'SIGTERM') {
      if (child === undefined || !isRunning()) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
    signal: (signal) => void child?.kill(signal),
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
