import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { OwnServer } from './servers/own-server.ts';

const START_TIMEOUT_MS = 15_000;
const POLL_MS = 20;

/** A server that is a program of this machine. It counts as started when its port is open. */
export function serverProcess(
  port: number,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): OwnServer {
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    host: '127.0.0.1',
    port,
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
    async signal(signal) {
      child?.kill(signal);
    },
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
