import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPool } from '#postgres/pool.ts';
import { runProgram } from '#testkit/run-program.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, test } from '#testkit/test.ts';

const main = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'gatewayctl-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function ctl(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return runProgram(main, args, { cwd: folder, environment });
}

test('--version tells the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  assert.deepEqual(await ctl(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('config check lists all faults of file and environment at once, and ends with 1', async () => {
  const file = join(folder, 'faulty.yaml');
  writeFileSync(file, 'port: many\nholdTtlMs: 5\nunknownSetting: 1\n');
  const environment = { GATEWAY_CONFIG: file, GATEWAY_PROT: '1', DATABASE_URL: 'garbage' };
  const { code, stdout } = await ctl(['config', 'check'], environment);
  assert.equal(code, 1);
  for (const fault of ['port: ', 'holdTtlMs: must be longer', 'unknownSetting', 'GATEWAY_PROT: ', 'DATABASE_URL: ']) {
    assert.ok(stdout.includes(fault), `${fault} in ${stdout}`);
  }
  const json = await ctl(['config', 'check', '--json'], environment);
  const { isValid, faults } = JSON.parse(json.stdout);
  assert.deepEqual([json.code, isValid, faults.length], [1, false, 5]);
});

test('config check of sound settings ends with 0, and says what is doubtful', async () => {
  const file = join(folder, 'sound.yaml');
  const provider = { name: 'vllm', kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', apiKeyEnv: 'VLLM_KEY' };
  writeFileSync(file, JSON.stringify({ providers: [{ ...provider, catalogue: 'house', models: ['llama'] }] }));
  const { code, stdout } = await ctl(['config', 'check'], { GATEWAY_CONFIG: file });
  assert.equal(code, 0);
  assert.match(stdout, /warning {2}provider vllm has no key, since VLLM_KEY is not set/);
  assert.match(stdout, /warning {2}model llama of provider vllm has no price/);
  assert.match(stdout, /The settings are sound\.$/m);
});

test('migrate brings every schema up to date as the owner, and skips what is applied', async () => {
  await using database = await createTemporaryDatabase();
  const environment = {
    MIGRATION_DATABASE_URL: database.connectionString,
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
  };
  const first = await ctl(['migrate', '--json'], environment);
  assert.equal(first.code, 0, first.stderr);
  const { schemas } = JSON.parse(first.stdout) as { schemas: { schema: string; applied: string[] }[] };
  assert.deepEqual(
    schemas.map(({ schema }) => schema),
    ['accounts', 'billing', 'ingress', 'journal', 'quota'],
  );
  for (const { schema, applied } of schemas) {
    assert.deepEqual(applied, readdirSync(join(import.meta.dirname, `../../services/${schema}/migrations`)).sort());
  }
  const pool = openPool({ connectionString: database.connectionString, max: 1, applicationName: 'cli-test' });
  assert.equal((await pool.query('select from quota.lease')).rowCount, 0);
  await pool.end();
  assert.match((await ctl(['migrate'], environment)).stdout, /^quota: up to date$/m);
});

test('migrate without a database of one’s own says who migrates the embedded one', async () => {
  const { code, stderr } = await ctl(['migrate']);
  assert.equal(code, 2);
  assert.match(stderr, /neither MIGRATION_DATABASE_URL nor DATABASE_URL is set; the embedded PostgreSQL/);
});

test('every command tells --json and the exit codes in its help', async () => {
  const commands = [[], ['audit', 'verify'], ['config', 'check'], ['migrate'], ['log', 'read']];
  const helps = await Promise.all(commands.map((command) => ctl([...command, '--help'])));
  for (const { code, stdout } of helps) {
    assert.equal(code, 0);
    assert.match(stdout, /--json/);
    assert.match(stdout, /Exit codes: 0 fine, 1 fault, 2 wrong usage/);
  }
});

test('a wrong command line is told with the hint --help, and with --json as JSON', async () => {
  const text = await ctl(['--port', '1']);
  assert.deepEqual(text, {
    code: 2,
    stdout: '',
    stderr: "error: unknown option '--port'\nAdd --help for what there is.\n",
  });
  const json = await ctl(['--json', '--port', '1']);
  assert.deepEqual(
    [json.code, JSON.parse(json.stderr)],
    [2, { error: { code: 'usage', message: "unknown option '--port'" } }],
  );
  const noCommand = await ctl(['--json', 'config']);
  assert.deepEqual([noCommand.code, JSON.parse(noCommand.stderr).error.code], [2, 'usage']);
});
