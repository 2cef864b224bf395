import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPool } from '#postgres/pool.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Scope, test } from '#testkit/test.ts';

const options = { timeoutMs: 30_000 };

interface Line {
  readonly msg?: string;
  readonly level?: string;
  readonly [field: string]: unknown;
}

interface Started {
  /** Resolves with the next log line, or text of stderr, that contains this. */
  line(text: string): Promise<Line>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

interface Service {
  /** The body of `start`, which may use `host`. */
  readonly start?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A service called quota in a process of its own, with this `start`. */
function startService(context: Scope, { start = '', args = [], environment = {} }: Service): Started {
  const program = `
    import { setTimeout as pause } from 'node:timers/promises';
    import { required } from '#host/host.ts';
    import { runService } from '#host/run-service.ts';
    import { waitFor } from '#host/wait-for.ts';
    await runService({ name: 'quota', schemas: ['quota'], usage: 'Does as it is told.', start: async (host) => { ${start} } });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, '--', ...args], {
    // A folder in which the package's import names resolve.
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env['PATH'], GATEWAY_OPS_PORT: '0', GATEWAY_INSTANCE: 'quota-0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output: lines.join('\n') }));
  context.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    line: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.includes(text));
          if (found !== undefined) resolve(found.startsWith('{') ? (JSON.parse(found) as Line) : { msg: found });
        };
        waiting.add(look);
        look();
        void ended.then(({ output }) => reject(new Error(`it ended without saying "${text}":\n${output}`)));
      }),
  };
}

async function opsOf(service: Started): Promise<string> {
  return String((await service.line('health and metrics are served'))['url']);
}

async function readiness(url: string): Promise<{ status: number; checks: Record<string, string> }> {
  const answer = await fetch(`${url}/health/ready`);
  return { status: answer.status, checks: ((await answer.json()) as { checks: Record<string, string> }).checks };
}

test('--help tells the settings and the sub-command; what it does not know ends with 2', options, async (context) => {
  const help = await startService(context, { args: ['--help'] }).ended;
  assert.equal(help.code, 0);
  assert.match(help.output, /Does as it is told/);
  assert.match(help.output, /main\.ts migrate/);
  assert.deepEqual(await startService(context, { args: ['fly'] }).ended, {
    code: 2,
    output: 'Unknown argument "fly". Add --help for what there is.',
  });
  const { output } = await startService(context, { args: ['--ops-port', '1'] }).ended;
  assert.equal(output, 'Unknown option --ops-port; it is a setting: GATEWAY_OPS_PORT. Add --help for what there is.');
});

test('every fault of the configuration is told, and the end is 1', options, async (context) => {
  const environment = { GATEWAY_OPS_PORT: 'x', GATEWAY_QUOTA_ADDRESSES: 'nowhere' };
  const { code, output } = await startService(context, { environment }).ended;
  assert.equal(code, 1);
  assert.match(output, /GATEWAY_OPS_PORT/);
  assert.match(output, /GATEWAY_QUOTA_ADDRESSES/);
});

test('all settings that are missing are told at once', options, async (context) => {
  const start = `required(host, { databaseUrl: 'DATABASE_URL', natsUrl: 'NATS_URL', adminToken: 'GATEWAY_ADMIN_TOKEN' });`;
  const environment = { GATEWAY_ADMIN_TOKEN: 'at_0123456789abcdef' };
  const { code, output } = await startService(context, { start, environment }).ended;
  assert.equal(code, 1);
  assert.match(output, /quota could not start: quota needs DATABASE_URL, NATS_URL to be set/);
});

test(
  'it is healthy and not ready while it waits, says each cause once, and a signal ends the wait',
  options,
  async (context) => {
    const service = startService(context, {
      start: `
      host.readiness('bus', () => 'the bus is away');
      let tries = 0;
      await waitFor('the bus', async () => {
        tries += 1;
        if (tries === 3) host.logger.info('third try');
        throw new Error('nobody listens');
      }, host);`,
    });
    const url = await opsOf(service);
    await service.line('waiting for the bus');
    assert.equal((await fetch(`${url}/health`)).status, 200);
    assert.deepEqual(await readiness(url), { status: 503, checks: { quota: 'starting', bus: 'the bus is away' } });
    await service.line('third try');
    service.kill('SIGTERM');
    const { code, output } = await service.ended;
    assert.equal(code, 0);
    assert.equal(output.match(/waiting for the bus/g)?.length, 1);
  },
);

test('a standby is ready, and says that it is one', options, async (context) => {
  const start = `host.readiness('leadership', () => 'standby'); await waitFor('x', () => Promise.reject(1), host);`;
  const service = startService(context, { start });
  const url = await opsOf(service);
  await service.line('waiting for x');
  assert.deepEqual(await readiness(url), { status: 200, checks: { quota: 'standby', leadership: 'standby' } });
});

test(
  'running, it tells its parts and metrics; a stop gives back in reverse, and is heard of before',
  options,
  async (context) => {
    const service = startService(context, {
      start: `
      host.readiness('part', () => 'ok');
      host.beforeMetrics(() => host.metrics.openHolds.set(7));
      host.stack.defer(() => host.logger.info('first taken'));
      host.stack.defer(async () => { host.logger.info('last taken'); await pause(600); });`,
    });
    const url = await opsOf(service);
    const ready = await service.line('"msg":"ready"');
    assert.deepEqual([ready['service'], ready['instance']], ['quota', 'quota-0']);
    assert.deepEqual(await readiness(url), { status: 200, checks: { quota: 'ok', part: 'ok' } });
    assert.match(await (await fetch(`${url}/metrics`)).text(), /^gateway_open_holds 7$/m);
    service.kill('SIGTERM');
    await service.line('last taken');
    assert.equal((await readiness(url)).checks['quota'], 'stopping');
    const { code, output } = await service.ended;
    assert.equal(code, 0);
    assert.match(output, /last taken.*first taken.*stopped/s);
  },
);

test('a second signal ends a stop that hangs', options, async (context) => {
  const service = startService(context, {
    start: `host.stack.defer(() => { host.logger.info('hanging'); return new Promise(() => undefined); });`,
  });
  await service.line('"msg":"ready"');
  service.kill('SIGTERM');
  await service.line('hanging');
  service.kill('SIGTERM');
  assert.equal((await service.ended).code, 130);
});

test('a start that fails says why, and gives back what it took', options, async (context) => {
  const { code, output } = await startService(context, {
    start: `host.stack.defer(() => host.logger.info('given back')); throw new Error('no luck today');`,
  }).ended;
  assert.equal(code, 1);
  assert.match(output, /given back/);
  assert.match(output, /quota could not start: no luck today/);
});

for (const [what, start, message] of [
  ['a fence', `host.fence(new Error('taken over'));`, 'taken over'],
  ['an unhandled rejection', `void Promise.reject(new Error('forgotten'));`, 'forgotten'],
  ['an uncaught exception', `setImmediate(() => { throw new Error('thrown'); });`, 'thrown'],
] as const) {
  test(`${what} is logged, gives nothing back and ends with 1`, options, async (context) => {
    const given = `host.stack.defer(() => host.logger.info('given back'));`;
    const { code, output } = await startService(context, { start: `${given} ${start}` }).ended;
    assert.equal(code, 1);
    const fatal = output.split('\n').find((line) => line.includes('"level":"fatal"'));
    assert.match(fatal ?? output, new RegExp(message));
    assert.doesNotMatch(output, /given back/);
  });
}

test('an address that is taken is told', options, async (context) => {
  const first = startService(context, {});
  const { port } = new URL(await opsOf(first));
  const { code, output } = await startService(context, { environment: { GATEWAY_OPS_PORT: port } }).ended;
  assert.equal(code, 1);
  assert.match(output, /could not start: port \d+ of 127\.0\.0\.1 is in use by another program: .* GATEWAY_OPS_PORT/);
});

test('migrate brings the schema up to date as the role that owns it, and ends', options, async (context) => {
  await using database = await createTemporaryDatabase();
  const environment = {
    MIGRATION_DATABASE_URL: database.connectionString,
    DATABASE_URL: 'postgresql://nobody:nothing@127.0.0.1:1/none',
  };
  assert.equal((await startService(context, { args: ['migrate'], environment }).ended).code, 0);
  const pool = openPool({ connectionString: database.connectionString, max: 1, applicationName: 'host-test' });
  try {
    assert.equal((await pool.query('select from quota.lease')).rowCount, 0);
  } finally {
    await pool.end();
  }
  const nothing = await startService(context, { args: ['migrate'] }).ended;
  assert.equal(nothing.code, 1);
  assert.match(nothing.output, /MIGRATION_DATABASE_URL or DATABASE_URL/);
});
