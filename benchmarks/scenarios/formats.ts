import { setImmediate as turn } from 'node:timers/promises';
import { DELTAS } from '../load/format-samples.ts';
import { type FormatTask, formatTasks } from '../load/format-tasks.ts';
import { interleave } from '../measure/interleave.ts';
import { type Figure, figureOf } from '../measure/statistics.ts';
import { figureText } from '../report/figure-text.ts';
import type { Goal, Report, Table } from '../report/report.ts';
import type { Scenario } from './scenario.ts';

/** For decoding and encoding a request. */
const GOAL_CPU_US = 100;

/** There are some thirty tasks: each has this share of a target's seconds. */
const TASK_SHARE = 0.1;

/** Between two looks at the clock. */
const BLOCK = 20;

interface Measured {
  readonly task: FormatTask;
  /** CPU µs of one run, by round. */
  readonly rounds: number[];
}

/** What reading, translating and passing on costs in each format, without a network. */
export const measureFormats: Scenario = async (options, signal) => {
  const measured = formatTasks().map((task): Measured => ({ task, rounds: [] }));
  const faults = measured.flatMap(({ task }) => faultOf(task));
  if (faults.length > 0) return reportOf('nothing was measured', [], faults);
  const seconds = options.seconds * TASK_SHARE;
  for (const { task } of measured) await cpuUsOf(task, seconds, signal);
  await interleave(options.rounds, measured, async ({ task, rounds }) => {
    rounds.push(await cpuUsOf(task, seconds, signal));
  });
  const method = `one process; a request of some 4 KB (8 messages, 2 tools) and answers of ${DELTAS} pieces of text, each event a piece of bytes; CPU time of the process, its collector and compilers included; ${options.rounds} rounds of ${seconds} s each in turn; median (min–max) of rounds`;
  return reportOf(method, measured, []);
};

function faultOf({ kind, what, run }: FormatTask): string[] {
  try {
    run();
    return [];
  } catch (error) {
    return [`${kind} of ${what}: ${(error as Error).message}`];
  }
}

async function cpuUsOf({ run }: FormatTask, seconds: number, signal: AbortSignal): Promise<number> {
  const endMs = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let runs = 0;
  while (performance.now() < endMs) {
    signal.throwIfAborted();
    for (let index = 0; index < BLOCK; index += 1) run();
    runs += BLOCK;
    await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / runs;
}

function reportOf(method: string, measured: readonly Measured[], faults: readonly string[]): Report {
  const ofKind = (kind: FormatTask['kind']): readonly Measured[] => measured.filter(({ task }) => task.kind === kind);
  const requests = ofKind('request');
  return {
    method,
    tables: [
      plainTable('Asking what admission must know of a parsed request', ofKind('ask')),
      plainTable('A request, from the client’s format → into the provider’s', requests),
      streamTable(ofKind('stream')),
      ratioTable('A stream passed on', 'cut and copied', ofKind('raw-stream'), ofKind('cut-stream')),
      ratioTable('A document passed on', 'copied', ofKind('raw-document'), ofKind('copied-document')),
    ],
    figures: measured.map(({ task: { kind, what, bytes }, rounds }) => ({
      kind,
      what,
      bytes,
      cpuUs: figureOf(rounds),
    })),
    goals: requests.map(goalOf),
    faults,
  };
}

function goalOf({ task, rounds }: Measured): Goal {
  const { median } = figureOf(rounds);
  return {
    what: `a request ${task.what} below ${GOAL_CPU_US} µs of CPU: ${median.toFixed(1)}`,
    isMet: median < GOAL_CPU_US,
  };
}

function plainTable(title: string, measured: readonly Measured[]): Table {
  return {
    title,
    columns: ['format', 'bytes', 'CPU µs'],
    rows: measured.map(({ task, rounds }) => [task.what, String(task.bytes), figureText(figureOf(rounds), 1)]),
  };
}

function streamTable(measured: readonly Measured[]): Table {
  return {
    title: `A stream of ${DELTAS} pieces of text, client → provider (the answer goes the other way)`,
    columns: ['formats', 'bytes', 'CPU µs', 'a piece'],
    rows: measured.map(({ task, rounds }) => [
      task.what,
      String(task.bytes),
      figureText(figureOf(rounds), 0),
      figureText(figureOf(rounds.map((us) => us / DELTAS)), 2),
    ]),
  };
}

function ratioTable(title: string, least: string, passed: readonly Measured[], copied: readonly Measured[]): Table {
  return {
    title,
    columns: ['format', 'bytes', 'CPU µs', least, 'ratio'],
    rows: passed.map(({ task, rounds }, index) => {
      const leastRounds = copied[index]?.rounds ?? [];
      return [
        task.what,
        String(task.bytes),
        figureText(figureOf(rounds), 1),
        figureText(figureOf(leastRounds), 1),
        figureText(ratioOf(rounds, leastRounds), 2),
      ];
    }),
  };
}

function ratioOf(rounds: readonly number[], others: readonly number[]): Figure {
  return figureOf(rounds.map((us, round) => us / (others[round] ?? Number.NaN)));
}
