import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../services/standalone/src/main.ts', import.meta.url));

/** Starts a gateway, sends it a signal as soon as it has logged a line with a certain text, and returns how it ended. */
export async function halfStart(wishes: {
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly at: string;
  readonly signal: NodeJS.Signals;
}): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [ENTRY, '--quiet'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      GATEWAY_PORT: '0',
      GATEWAY_GRPC_PORT: '0',
      ...wishes.environment,
      GATEWAY_DATA_DIR: wishes.dataDir,
    },
  });
  const exited = once(child, 'exit');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes(wishes.at)) child.kill(wishes.signal);
  });
  const [code, signal] = await exited;
  return { code, signal };
}
