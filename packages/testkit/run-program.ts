import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longer than any program under test takes: one that hangs is killed, and its test fails by the exit code. */
const RUN_TIMEOUT_MS = 60_000;

/** Runs a TypeScript or JavaScript file under this Node to its end, with just this environment besides the PATH. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<ProgramResult> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_TIMEOUT_MS,
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: typeof code === 'number' ? code : -1, stdout, stderr };
}
