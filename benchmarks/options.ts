import { parseArgs } from 'node:util';
import { type WorkloadName, workloads } from './load/workload.ts';

export const scenarioNames = [
  'latency',
  'throughput',
  'memory',
  'log',
  'decisions',
  'choosing',
  'routes',
  'formats',
  'ttft',
  'hops',
  'router',
  'streams',
  'fleet',
  'distributed',
  'outward',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** Everything one can say on the command line, in its defaults where nothing is said. */
export interface BenchOptions {
  readonly scenarios: readonly ScenarioName[];
  /** Of each target in each round. */
  readonly seconds: number;
  readonly rounds: number;
  /** Of `throughput`, `hops` and `distributed`. */
  readonly callers: readonly number[];
  /** Of `throughput`, `latency` and `hops`. */
  readonly workloads: readonly WorkloadName[] | undefined;
  /** Of `memory`. */
  readonly requests: number;
  /** Of the gateway's admissions: see config/gateway.yaml. */
  readonly durability: 'strict' | 'overlapped';
  /** Of `distributed`: whether the four services that are led have a process each, or one together. */
  readonly leaders: 'apart' | 'together';
  readonly cpuProfileDir: string | undefined;
  readonly isJson: boolean;
  readonly isSaved: boolean;
}

const ROUNDS_MAX = 100;
const SECONDS_MAX = 3_600;
const CALLERS_MAX = 1_024;
const REQUESTS_MAX = 100_000_000;

export const usage = `npm run bench -- [scenario …] [options]

  scenarios   ${scenarioNames.join(', ')}; all of them where none is named

  --seconds N        of load for each target in each round (5)
  --rounds N         rounds, each with every target in turn (3)
  --callers LIST     throughput, hops: 32, or 1,4,16,32,64
  --workloads LIST   latency, throughput, hops: of ${Object.keys(workloads).join(',')}
  --requests N       memory: 100000
  --durability MODE  the gateway's: strict or overlapped (strict)
  --leaders FORM     distributed: journal, quota, billing and accounts apart or together in one process (apart)
  --cpu-profile DIR  the gateway writes a CPU profile there when it stops; no result is kept
  --json             the result on standard output, not tables
  --no-save          leave benchmarks/results as it is
  --help
`;

/** Reads the command line. Throws an Error that lists all that is wrong with it; undefined: help was asked for. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
      callers: { type: 'string', default: '32' },
      workloads: { type: 'string' },
      requests: { type: 'string', default: '100000' },
      durability: { type: 'string', default: 'strict' },
      leaders: { type: 'string', default: 'apart' },
      'cpu-profile': { type: 'string' },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const faults: string[] = [];
  const number = (flag: string, text: string, min: number, max: number): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return value;
    faults.push(`--${flag}: ${JSON.stringify(text)} is no number from ${min} to ${max}`);
    return min;
  };
  const count = (flag: string, text: string, max: number): number => Math.floor(number(flag, text, 1, max));
  const names = <T extends string>(what: string, given: readonly string[], known: readonly T[]): T[] => {
    const unknown = given.filter((name) => !known.includes(name as T));
    if (unknown.length > 0) faults.push(`${what}: there is no ${unknown.join(', ')}; there is ${known.join(', ')}`);
    return given.filter((name): name is T => known.includes(name as T));
  };
  const options: BenchOptions = {
    scenarios: positionals.length === 0 ? scenarioNames : names('scenario', positionals, scenarioNames),
    seconds: number('seconds', values.seconds, 0.1, SECONDS_MAX),
    rounds: count('rounds', values.rounds, ROUNDS_MAX),
    callers: values.callers.split(',').map((text) => count('callers', text, CALLERS_MAX)),
    workloads:
      values.workloads === undefined
        ? undefined
        : names('--workloads', values.workloads.split(','), Object.keys(workloads) as WorkloadName[]),
    requests: count('requests', values.requests, REQUESTS_MAX),
    durability: names('durability', [values.durability], ['strict', 'overlapped'])[0] ?? 'strict',
    leaders: names('leaders', [values.leaders], ['apart', 'together'])[0] ?? 'apart',
    cpuProfileDir: values['cpu-profile'],
    isJson: values.json,
    // A profiler that watches is part of what is measured.
    isSaved: values.save && values['cpu-profile'] === undefined,
  };
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return options;
}
