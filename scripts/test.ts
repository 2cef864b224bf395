/**
 * Runs the test suites, all or those of the given files and folders: `npm test -- packages/money`; all includes the
 * journeys in each wiring (for some: `GATEWAY_WIRING=distributed npm test -- tests/e2e`). Options (`--…`) go to jest as
 * they are. The servers that tests need come from an address that is given (TEST_DATABASE_URL, TEST_NATS_URL,
 * TEST_REDIS_URL), else from containers where a Docker daemon answers, else from programs of this machine, which are
 * installed where they can be. TEST_SERVERS=containers or =programs takes the one or the other.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestServers } from './test-server.ts';

/** Each breaks what it has started and measures how soon it is back: two at once would measure one another. */
const FAULTS = ['tests/faults/', 'tests/hostile/database-'];

/** What users do with a gateway, in every wire format: once more against the six services as processes of their own. */
const JOURNEYS = ['tests/e2e/', 'tests/wires/'];

/** Those that see how an admission came about, or what a leader keeps. */
const LEADERS_JOURNEYS = ['tests/e2e/(admin|errors|health|money|tracing)', 'tests/wires/(told|kept-responses)'];

/** A phase takes minutes. Where a test file hangs for good, as a module that never loads does, the run still ends. */
const PHASE_TIMEOUT_MS = 2_400_000;

/** Tests mostly wait for a database or a process; a single file at a time would leave even two cores idle. */
const WORKERS = Math.max(2, availableParallelism());

const JEST = fileURLToPath(import.meta.resolve('jest/bin/jest'));
const root = fileURLToPath(new URL('..', import.meta.url));

interface Phase {
  readonly title: string;
  /** Jest's own arguments. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What jest says of one phase. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly isGreen: boolean;
}

const everything: readonly Phase[] = [
  {
    title: 'Every suite, and the journeys in one process',
    args: ['--testPathIgnorePatterns', '/node_modules/', ...FAULTS.map((path) => `/${path}`)],
  },
  { title: 'What happens when a part fails', args: ['--runInBand', '--forceExit', ...FAULTS] },
  {
    title: 'The journeys once more, against the six services as processes of their own',
    args: JOURNEYS,
    environment: { GATEWAY_WIRING: 'distributed' },
  },
  {
    // The others cannot tell this form from the last.
    title: 'Journeys with the four leaders in one process',
    args: LEADERS_JOURNEYS,
    environment: { GATEWAY_WIRING: 'leaders' },
  },
];

// A Docker daemon that hangs would keep this process for ever by the question that it has not answered.
process.exit(await main(process.argv.slice(2)));

async function main(given: readonly string[]): Promise<number> {
  const hasPaths = given.some((argument) => !argument.startsWith('-'));
  const phases = hasPaths ? [{ title: given.join(' '), args: given }] : everything;
  await using servers = await startTestServers();
  const outcomes: Outcome[] = [];
  for (const phase of phases) {
    console.log(`\n── ${phase.title}`);
    const options = hasPaths ? [] : given;
    const outcome = await run(phase, options, { ...process.env, ...servers.environment });
    outcomes.push(outcome);
    // What comes after takes minutes, and rests on what has just failed.
    if (!outcome.isGreen) break;
  }
  return report(outcomes);
}

async function run(phase: Phase, options: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-test-results-'));
  const results = join(folder, 'results.json');
  try {
    const args = [JEST, ...phase.args, ...options, '--json', `--outputFile=${results}`];
    if (!args.some((arg) => /^(-i|--runInBand|-w|--maxWorkers(=.*)?)$/.test(arg))) args.push(`--maxWorkers=${WORKERS}`);
    // Jest's document goes to the file, and its report to our stderr.
    const stdio = ['inherit', 'ignore', 'inherit'] as const;
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...env, ...phase.environment },
      stdio: [...stdio],
    });
    // Ctrl-C reaches jest too. It ends, and then so do we, with the database stopped.
    const forward = (signal: NodeJS.Signals): boolean => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    const timer = setTimeout(() => {
      console.error(`It took longer than ${PHASE_TIMEOUT_MS / 60_000} min, and is ended.`);
      child.kill('SIGKILL');
    }, PHASE_TIMEOUT_MS);
    const [code] = await once(child, 'exit');
    clearTimeout(timer);
    process.off('SIGINT', forward).off('SIGTERM', forward);
    return outcomeOf(await readFile(results, 'utf8').catch(() => ''), code === 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function outcomeOf(document: string, hasSucceeded: boolean): Outcome {
  if (document === '') return { passed: 0, failed: 1, skipped: 0, isGreen: false };
  const told = JSON.parse(document) as Record<string, number>;
  const passed = told['numPassedTests'] ?? 0;
  // A file that could not be run at all has no tests that failed.
  const failed = (told['numFailedTests'] ?? 0) + (told['numRuntimeErrorTestSuites'] ?? 0);
  return { passed, failed, skipped: told['numPendingTests'] ?? 0, isGreen: hasSucceeded && failed === 0 && passed > 0 };
}

/** The closing line, and the exit code. */
function report(outcomes: readonly Outcome[]): number {
  const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const isGreen = outcomes.every((outcome) => outcome.isGreen);
  const failed = sum(({ failed: count }) => count);
  const skipped = sum(({ skipped: count }) => count);
  if (!isGreen && failed === 0) console.error('The tests did not end as they should: see above.');
  console.log(
    `\n${sum(({ passed }) => passed)} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
  );
  return isGreen ? 0 : 1;
}
