import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '#kernel/child-environment.ts';

const ENTRY = fileURLToPath(new URL('../../../tools/simulator/src/main.ts', import.meta.url));

/** A Node process with a handful of imports is up in a fifth of a second; a slow machine gets fifty times that. */
const START_TIMEOUT_MS = 10_000;

export interface SimulatorProcess {
  /** Where it listens: http://127.0.0.1:<port>. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the simulator as a process of its own, which ends with this one, however this one ends. */
export async function startSimulatorProcess(): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [ENTRY, '--port', '0', '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: childEnvironment(),
    // A group of its own: Ctrl-C in the terminal must not cut the answers that are still being drained.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the simulator did not start')), START_TIMEOUT_MS);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the simulator ended with code ${code}`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      resolve(String((JSON.parse(line) as { url: unknown }).url));
    });
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
