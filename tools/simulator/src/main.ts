import { Command, InvalidArgumentError } from 'commander';
import type { Script } from './script.ts';
import { type Simulator, startSimulator } from './simulator.ts';

interface Flags {
  host: string;
  port: number;
  exitWithParent?: boolean;
  latencyMs?: number;
  jitterMs?: number;
  chunkDelayMs?: number;
  chunks?: number;
  failureRate?: number;
}

const command = new Command('simulator')
  .description('An AI provider that speaks the OpenAI and Anthropic formats, does as it is told, and meters itself.')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <number>', 'port to listen on; 0 takes one that is free', numberOf, 0)
  .option('--exit-with-parent', 'exit when standard input closes, so that a killed parent leaves no orphan')
  .option('--latency-ms <number>', 'time before each answer', numberOf)
  .option('--jitter-ms <number>', 'up to so much more time before each answer', numberOf)
  .option('--chunk-delay-ms <number>', 'time before each piece of a stream', numberOf)
  .option('--chunks <number>', 'pieces of each answer', numberOf)
  .option('--failure-rate <number>', 'part of the requests that fail with status 500, from 0 to 1', numberOf)
  .parse();

const { host, port, exitWithParent, ...script } = command.opts<Flags>();

try {
  const simulator = await startSimulator({ host, port, script: script satisfies Script });
  stopOnSignal(simulator, exitWithParent === true);
  console.log(JSON.stringify({ event: 'listening', url: simulator.url }));
} catch (fault) {
  console.error(`The simulator can't start: ${fault instanceof Error ? fault.message : String(fault)}`);
  process.exitCode = 1;
}

function stopOnSignal(simulator: Simulator, isBoundToParent: boolean): void {
  const stop = (): void => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (isBoundToParent) process.stdin.once('close', stop).resume();
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It has to be a number.');
  return value;
}
