import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { THIS_MACHINE } from './gateway-process.ts';

const LINES_KEPT = 5_000;

export const serviceNames = ['journal', 'quota', 'billing', 'accounts', 'router', 'ingress'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The services of which one process at a time leads. */
export const leaderNames = ['journal', 'quota', 'billing', 'accounts'] as const satisfies readonly ServiceName[];

/** What a process runs: a service, or the four that are led. */
export type ProgramName = ServiceName | 'leaders';
export const programNames: readonly ProgramName[] = [...serviceNames, 'leaders'];

/** One of the gateway's services, or all its leaders, in a process of its own. */
export interface ServiceProcess {
  readonly service: ProgramName;
  /** Unlike any other's of the service. */
  readonly instance: string;
  readonly pid: () => number;
  readonly lines: readonly string[];
  isRunning(): boolean;
  start(): void;
  /** Sends a signal and resolves with the exit code; null where the signal itself ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** Started again whenever it ends by itself, as a supervisor would, until `stop`. */
  supervise(): void;
}

export function serviceProcess(
  service: ProgramName,
  instance: string,
  environment: Readonly<Record<string, string>>,
  /** The log goes to this file, and costs this process nothing; absent: to `lines`. */
  logPath?: string,
): ServiceProcess {
  const [folder, args] = service === 'leaders' ? ['together', leaderNames] : [service, []];
  const entry = fileURLToPath(new URL(`../../services/${folder}/src/main.ts`, import.meta.url));
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let isSupervised = false;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;

  function start(): void {
    const started = spawn(process.execPath, [entry, ...args], {
      stdio: logPath === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', openSync(logPath, 'a'), 'inherit'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        GATEWAY_PRIVATE_PROVIDERS: THIS_MACHINE,
        ...environment,
        GATEWAY_INSTANCE: instance,
      },
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (lines.length > LINES_KEPT) lines.shift();
      });
    }
    started.once('exit', () => {
      if (isSupervised && child === started) start();
    });
  }

  return {
    service,
    instance,
    pid: () => child?.pid ?? 0,
    lines,
    isRunning,
    start,
    async stop(signal = 'SIGTERM') {
      isSupervised = false;
      if (child === undefined || !isRunning()) return child?.exitCode ?? null;
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = await ended;
      return code as number | null;
    },
    signal: (signal) => void child?.kill(signal),
    supervise() {
      isSupervised = true;
    },
  };
}
