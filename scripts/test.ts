/**
 * Runs the test suites, all or those of the given files and folders: `npm test -- packages/money`; all includes the
 * journeys in both wirings (for some: `GATEWAY_WIRING=distributed npm test -- tests/e2e`). Options (`--test-…`)
 * go to Node's test runner as they are. Brings a PostgreSQL for those that need one, unless TEST_DATABASE_URL names one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { findProgram } from '#testkit/find-program.ts';
import { startTestServer } from './test-server.ts';

const SUITES = [
  ...['packages', 'services', 'cli', 'tools', 'infra', 'benchmarks', 'scripts'],
  ...['tests/chaos', 'tests/dead-letters', 'tests/e2e', 'tests/hostile', 'tests/standalone'],
];

/** Each starts a dozen processes and measures how soon they are back: two at once would measure one another. */
const FAULTS = 'tests/faults';

/** What a user does with a gateway: once more against the six services as processes of their own. */
const JOURNEYS = 'tests/e2e';

/** Long enough for a crash test of many restarts on a slow machine; short enough that a hanging test ends a CI run. */
const TEST_TIMEOUT_MS = 600_000;

/** Tests mostly wait for a database or a process; a single file at a time would leave even two cores idle. */
const CONCURRENCY = Math.max(2, availableParallelism());

const root = new URL('..', import.meta.url);
process.exitCode = await main(process.argv.slice(2));

async function main(given: string[]): Promise<number> {
  const options = given.filter((argument) => argument.startsWith('-'));
  const paths = given.filter((argument) => !argument.startsWith('-'));
  const patterns = (paths.length === 0 ? SUITES.filter(isFolder) : paths).map(patternOf);
  await using server = await startTestServer();
  const env = { ...process.env, TEST_DATABASE_URL: server.connectionString };
  if (paths.length === 0) lookForServers();
  const code = await run([...options, ...patterns], env);
  if (paths.length > 0 || code !== 0) return code;
  console.log('What happens when a part fails.');
  const faultsCode = await run([...options, patternOf(FAULTS)], env, 1);
  if (faultsCode !== 0) return faultsCode;
  console.log('The journeys once more, against the six services as processes of their own.');
  return await run([...options, patternOf(JOURNEYS)], { ...env, GATEWAY_WIRING: 'distributed' });
}

/** Before the suites, many of which would else install the same at once. Those that need one fail without it. */
function lookForServers(): void {
  for (const name of ['nats-server', 'redis-server']) {
    try {
      findProgram(name, name);
    } catch (error) {
      console.error((error as Error).message);
    }
  }
}

function patternOf(path: string): string {
  return isFolder(path) ? `${path.replace(/\/$/, '')}/**/*.spec.ts` : path;
}

function isFolder(path: string): boolean {
  return statSync(new URL(path, root), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Ends with the exit code of the test runner. */
async function run(args: string[], env: NodeJS.ProcessEnv, concurrency = CONCURRENCY): Promise<number> {
  const settings = [`--test-concurrency=${concurrency}`, `--test-timeout=${TEST_TIMEOUT_MS}`, '--test-reporter=spec'];
  const child = spawn(process.execPath, ['--test', ...settings, ...args], { cwd: root, env, stdio: 'inherit' });
  // Ctrl-C reaches the runner too. It ends, and then so do we, with the database stopped.
  const forward = (signal: NodeJS.Signals): boolean => child.kill(signal);
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', forward);
  process.off('SIGTERM', forward);
  return typeof code === 'number' ? code : 1;
}
