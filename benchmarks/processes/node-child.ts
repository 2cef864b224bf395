import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A Node process with a handful of imports is up in a fifth of a second; a slow machine gets fifty times that. */
const START_TIMEOUT_MS = 10_000;

export interface NodeChild extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
}

/**
 * Starts a server that prints `{"event":"listening","url":…}` when it listens and ends when its standard input closes,
 * so that however this process ends, none is left behind.
 */
export async function startNodeChild(entry: URL, args: readonly string[]): Promise<NodeChild> {
  const child = spawn(process.execPath, [entry.pathname, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${entry.pathname} ${why}`));
    const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
    child.once('error', reject);
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(String((JSON.parse(line) as { url: unknown }).url));
    });
  });
  return {
    pid: child.pid ?? 0,
    url,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
