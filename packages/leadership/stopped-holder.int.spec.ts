import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { campaign } from './campaign.ts';

/** Leads, and prints what it knows of its lease after every line of its input. */
const HOLDER = `
  import { createInterface } from 'node:readline';
  import { campaign } from '#leadership/campaign.ts';
  import { openPool } from '#postgres/pool.ts';
  import { createLogger } from '#telemetry/logger.ts';

  const pool = openPool({ connectionString: process.env.DATABASE_URL, max: 2, applicationName: 'holder' });
  const logger = createLogger({ level: 'silent', service: 'leadership' });
  const { signal } = new AbortController();
  const lease = await campaign({ pool, schema: 'quota', part: 0, holder: 'stopped', logger, signal });
  lease.lost.then(() => console.log('lost'));
  createInterface({ input: process.stdin }).on('line', () => console.log(lease.isHeld() ? 'held' : 'not held'));
  console.log('leads');
`;

test('a stopped holder is followed within 3 s, wakes up silent, and learns that it lost', {
  timeoutMs: 30_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { connectionString } = stack.use(await createTemporaryDatabase());
  const directory = fileURLToPath(new URL('../../services/quota/migrations', import.meta.url));
  await migrate(connectionString, { schema: 'quota', directory });

  const child = spawn(process.execPath, ['--input-type=module', '--eval', HOLDER], {
    // A folder in which the package's import names resolve.
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env['PATH'], DATABASE_URL: connectionString },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  stack.defer(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<unknown> => (await lines.next()).value;
  assert.equal(await nextLine(), 'leads');
  child.stdin.write('?\n');
  assert.equal(await nextLine(), 'held');

  const pool = openPool({ connectionString, max: 2, applicationName: 'follower' });
  stack.defer(() => pool.end());
  child.kill('SIGSTOP');
  const stoppedAtMs = performance.now();
  const follower = await campaign({
    pool,
    schema: 'quota',
    part: 0,
    holder: 'follower',
    logger: createLogger({ level: 'silent', service: 'leadership' }),
    signal: AbortSignal.timeout(10_000),
  });
  stack.defer(() => follower.release());
  assert.ok(performance.now() - stoppedAtMs < 3_000);

  // It reads the question before any answer of the database can reach it.
  child.stdin.write('?\n');
  child.kill('SIGCONT');
  assert.deepEqual(new Set([await nextLine(), await nextLine()]), new Set(['not held', 'lost']));
  assert.ok(follower.isHeld());
});
