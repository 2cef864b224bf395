import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { startGatewayProcess, temporaryDataDir } from '#testkit/gateway-process.ts';
import { runProgram } from '#testkit/run-program.ts';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';
import { halfStart } from './half-start.ts';

const installation = await installStandalone();
afterAll(() => installation[Symbol.asyncDispose]());
const customer = await installation.customer();
const model = 'gpt-4o-mini';

function clientNow(): OpenAI {
  return new OpenAI({ apiKey: customer.apiKey, baseURL: `${installation.gateway().url}/v1`, maxRetries: 0 });
}

/** The process id of the embedded PostgreSQL's first process. */
async function postmasterPid(): Promise<number> {
  const file = await readFile(join(installation.dataDir, 'postgres/postmaster.pid'), 'utf8');
  return Number(file.split('\n')[0]);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function failureToStart(dataDir: string, environment: Record<string, string>): Promise<string> {
  return startGatewayProcess({ dataDir, environment }).then(
    async (started) => {
      await started.stop();
      return assert.fail('it must not start');
    },
    (error: Error) => error.message,
  );
}

test('a stop lets a running stream end, takes nothing new, stops PostgreSQL and exits with 0', async () => {
  const { url } = installation.gateway();
  const postmaster = await postmasterPid();
  const messages = [{ role: 'user' as const, content: scripted({ chunks: 30, chunkDelayMs: 40 }) }];
  const stream = await clientNow().chat.completions.create({ model, messages, stream: true });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  let exit: Promise<number | null> | undefined;
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (exit !== undefined) continue;
    exit = installation.gateway().stop('SIGINT');
    await until('new connections to be refused', async () => (await isListening(url)) === false || undefined);
  }
  assert.equal(chunks.filter((chunk) => chunk.choices[0]?.delta.content).length, 30);
  assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
  assert.equal(await exit, 0);
  assert.ok(!existsSync(join(installation.dataDir, 'postgres/postmaster.pid')));
  // Its process is gone once the system's first process has taken note of its end.
  await until('PostgreSQL to be gone', async () => !isRunning(postmaster) || undefined);
});

test('a stop does not wait for ever: a stream that hangs is broken off, and what it used is charged before the end', async () => {
  const environment = {
    GATEWAY_DRAIN_TIMEOUT_MS: '500',
    GATEWAY_REQUEST_TIMEOUT_MS: '20000',
    GATEWAY_HOLD_TTL_MS: '22000',
  };
  await using other = await installStandalone({ environment });
  const { client, balance } = await other.customer();
  const messages = [{ role: 'user' as const, content: scripted({ chunks: 8, hang: 'mid-stream' }) }];
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  const broken = assert.rejects(Array.fromAsync(stream));
  assert.equal(await other.gateway().stop('SIGINT'), 0);
  await broken;
  await other.start();
  assert.equal((await other.stats()).openHolds, 0);
  assert.ok((await balance()).charged > 0n);
});

test('a start on the same data has the same users, keys, balances and charges', async () => {
  await installation.start();
  await installation.settled();
  const before = await customer.balance();
  assert.ok(before.charged > 0n, 'the stream before the stop has been paid for');
  assert.equal(before.held, 0n);
  await clientNow().chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi' }] });
  await installation.settled();
  const { adminToken } = installation.gateway();
  const between = await customer.balance();
  assert.ok(between.charged > before.charged);

  assert.equal(await installation.gateway().stop('SIGTERM'), 0);
  await installation.start();
  assert.deepEqual(await customer.balance(), between);
  assert.equal(installation.gateway().adminToken, adminToken);
});

test('a second gateway on the same data says who is there, exits with 1, and harms nothing', async () => {
  const message = await failureToStart(installation.dataDir, {});
  assert.match(message, /ended with 1 /);
  assert.match(message, /another|already|in use/i);
  assert.ok(message.includes(installation.dataDir));
  assert.ok((await clientNow().models.list()).data.length > 0);
});

test('a port that is taken is named with its setting, with exit code 1', async () => {
  await using dataDir = await temporaryDataDir();
  const { port } = new URL(installation.gateway().url);
  const message = await failureToStart(dataDir.path, { GATEWAY_PORT: port });
  assert.match(message, /ended with 1 /);
  assert.ok(message.includes(port), message);
  assert.match(message, /is in use by another program: .* GATEWAY_PORT/);
  assert.ok(!existsSync(join(dataDir.path, 'postgres/postmaster.pid')), 'its PostgreSQL must not stay behind');
});

test('a wrong command line is told in one line that names the setting and --help, with exit code 2', async () => {
  const main = fileURLToPath(new URL('../../services/standalone/src/main.ts', import.meta.url));
  const { code, stdout, stderr } = await runProgram(main, ['--port', '9000'], { cwd: installation.dataDir });
  assert.equal(stderr, 'Unknown option --port; it is a setting: GATEWAY_PORT. Add --help for what there is.\n');
  assert.deepEqual([code, stdout], [2, '']);
});

test('a signal during the start ends it cleanly: exit code 0, and no PostgreSQL stays behind', async () => {
  await using dataDir = await temporaryDataDir();
  const { environment } = installation;
  const ended = await halfStart({ dataDir: dataDir.path, environment, at: 'the log is open', signal: 'SIGTERM' });
  assert.deepEqual(ended, { code: 0, signal: null });
  assert.ok(!existsSync(join(dataDir.path, 'postgres/postmaster.pid')));
});

test('all faults of a configuration are listed at once, and nothing is started', async () => {
  await using dataDir = await temporaryDataDir();
  const file = join(dataDir.path, 'gateway.yaml');
  await writeFile(file, 'logLevel: loud\nproviders:\n  - name: X\n    kind: smoke-signals\nmispelled: 1\n');
  const message = await failureToStart(dataDir.path, {
    GATEWAY_CONFIG: file,
    GATEWAY_REQUEST_TIMEOUT_MS: 'soon',
    GATEWAY_ADMIN_TOKEN: 'short',
  });
  assert.match(message, /ended with 1 /);
  for (const fault of [
    /logLevel/,
    /providers\.0\.name/,
    /providers\.0\.kind/,
    /mispelled/,
    /GATEWAY_REQUEST_TIMEOUT_MS/,
    /GATEWAY_ADMIN_TOKEN/,
  ]) {
    assert.match(message, fault);
  }
  assert.ok(!existsSync(join(dataDir.path, 'postgres')));
});

test('an unset key and a model without a price are warnings of the start, which say what to do', async () => {
  await using dataDir = await temporaryDataDir();
  const file = join(dataDir.path, 'gateway.yaml');
  const provider = { name: 'vllm', kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', apiKeyEnv: 'VLLM_KEY' };
  await writeFile(file, JSON.stringify({ providers: [{ ...provider, catalogue: 'house', models: ['llama'] }] }));
  const gateway = await startGatewayProcess({ dataDir: dataDir.path, environment: { GATEWAY_CONFIG: file } });
  assert.equal(await gateway.stop(), 0);
  const warnings = gateway.lines.filter((line) => line.includes('"level":"warn"')).join('\n');
  assert.match(warnings, /provider vllm is down: VLLM_KEY is not set: set it/);
  assert.match(warnings, /model llama of provider vllm has no price and is refused: give house\/llama a price/);
});

test('a gateway without a configured provider answers from the simulator, to a demo key that is the same at every start', async () => {
  await using dataDir = await temporaryDataDir();
  const demoKeys = new Set<string>();
  for (const _start of [1, 2]) {
    const gateway = await startGatewayProcess({ dataDir: dataDir.path });
    try {
      demoKeys.add(gateway.demoKey);
      const client = new OpenAI({ apiKey: gateway.demoKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
      const completion = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi' }] });
      assert.match(completion.choices[0]?.message.content ?? '', /simulator/);
      // A name of Google's has an answer in Google's format, from the provider that speaks it.
      const native = await fetch(`${gateway.url}/v1beta/models/gemini-2.5-flash:generateContent`, {
        method: 'POST',
        headers: { 'x-goog-api-key': gateway.demoKey, 'content-type': 'application/json' },
        body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }),
      });
      const { candidates, responseId } = (await native.json()) as Record<string, unknown>;
      assert.match(JSON.stringify(candidates), /simulator/);
      assert.match(String(responseId), /^sim/, 'what the simulator answered is passed on as it is');
    } finally {
      assert.equal(await gateway.stop(), 0);
    }
  }
  assert.equal(demoKeys.size, 1);
});

test('after a kill -9 the next start takes over the PostgreSQL that was left, and the log goes on', async () => {
  const postmaster = await postmasterPid();
  const before = await customer.balance();
  await installation.gateway().stop('SIGKILL');
  assert.ok(isRunning(postmaster));
  await installation.start();
  assert.equal(await postmasterPid(), postmaster);
  assert.deepEqual(await customer.balance(), before);
});

test('what must be kept secret to run at all is readable by the owner only, and in no log', async () => {
  const { dataDir } = installation;
  for (const name of ['secrets.json', 'postgres.json']) {
    assert.equal((await stat(join(dataDir, name))).mode & 0o077, 0, name);
  }
  const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as Record<string, string>;
  for (const name of (await readdir(dataDir)).filter((each) => /\.(log|lock)$/.test(each))) {
    const text = await readFile(join(dataDir, name), 'utf8');
    for (const [secret, value] of Object.entries(secrets)) assert.ok(!text.includes(value), `${secret} in ${name}`);
  }
});
