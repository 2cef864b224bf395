/**
 * Runs the test suites, all or those of the given files and folders: `npm test -- packages/money`. Options (`--test-…`)
 * go to Node's test runner as they are. Brings a PostgreSQL for those that need one, unless TEST_DATABASE_URL names one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { startTestServer } from './test-server.ts';

const SUITES = ['packages', 'services', 'cli', 'tools', 'tests', 'benchmarks', 'scripts'];

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
  return await run([...options, ...patterns], { ...process.env, TEST_DATABASE_URL: server.connectionString });
}

function patternOf(path: string): string {
  return isFolder(path) ? `${path.replace(/\/$/, '')}/**/*.spec.ts` : path;
}

function isFolder(path: string): boolean {
  return statSync(new URL(path, root), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Ends with the exit code of the test runner. */
async function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const settings = [`--test-concurrency=${CONCURRENCY}`, `--test-timeout=${TEST_TIMEOUT_MS}`, '--test-reporter=spec'];
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
