import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '#kernel/child-environment.ts';
import type { Logger } from '#telemetry/logger.ts';

const ENTRY = fileURLToPath(new URL('../../../scripts/build-console.ts', import.meta.url));

/**
 * Builds the console beside the running gateway, where its sources have changed, with the little CPU that nobody else wants. A
 * failure is logged: the API needs no console.
 */
export function buildConsole(logger: Pick<Logger, 'info' | 'warn'>): { stop(): void } {
  const child = spawn(process.execPath, [ENTRY], { stdio: ['ignore', 'pipe', 'pipe'], env: childEnvironment() });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-SAID_MAX_CHARACTERS);
    });
  }
  child.once('spawn', () => {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  });
  child.once('error', (error) => logger.warn({ err: error }, 'the console could not be built'));
  child.once('exit', (code, signal) => {
    if (code === 0 && said !== '') logger.info({}, said.trim());
    if (code !== 0 && signal === null) logger.warn({ code, said: said.trim() }, 'the console could not be built');
  });
  return { stop: () => void child.kill() };
}

const SAID_MAX_CHARACTERS = 2_000;
