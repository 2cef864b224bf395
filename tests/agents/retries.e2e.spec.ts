import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { openPool } from '#postgres/pool.ts';
import { afterAll, test } from '#testkit/test.ts';
import { expectedCharge } from '../e2e/support/expected-charge.ts';
import type { Customer } from '../e2e/support/installation.ts';
import { startRawProvider } from '../e2e/support/raw-provider.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';

const provider = await startRawProvider();
const installation = await installStandalone({
  providers: [{ name: 'raw', baseUrl: provider.baseUrl, models: ['gpt-4o'] }],
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

/** Reported by the provider with every whole answer. */
const usage = { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107 };
const priceOfOne = expectedCharge({ model: 'gpt-4o', usage: { input: 100, output: 7 } as never });

const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', ...fields })}\n\n`;
const said = (content: string, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(said('Good '));
}

function finish(response: ServerResponse): void {
  response.end(`${said('morning', 'stop')}${chunk({ choices: [], usage })}data: [DONE]\n\n`);
}

let sessions = 0;

/** A turn of Codex, which writes what it says of itself in another order each time. */
function codex({ apiKey }: Customer) {
  sessions += 1;
  const session = `session-${sessions}`;
  let sent = 0;
  return (signal?: AbortSignal): Promise<Response> => {
    sent += 1;
    const metadata = [['session_id', session] as const, ['turn_id', 'turn-1'] as const];
    const body = {
      model: 'gpt-4o',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Good morning' }] }],
      stream: true,
      store: false,
      max_output_tokens: 100,
      client_metadata: Object.fromEntries(sent % 2 === 0 ? metadata.toReversed() : metadata),
    };
    return fetch(`${installation.gateway().url}/v1/responses`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'session-id': session,
        'x-codex-turn-metadata': '{}',
      },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  };
}

/** What Codex reads of a stream; a stream without its end is an error to it. */
async function read(response: Response): Promise<string> {
  assert.equal(response.status, 200, response.ok ? '' : await response.clone().text());
  const text = await response.text();
  if (!text.includes('event: response.completed')) throw new Error('stream closed before response.completed');
  const deltas = [...text.matchAll(/^data: (\{"type":"response\.output_text\.delta".*)$/gm)];
  return deltas.map(([, json = '']) => (JSON.parse(json) as { delta: string }).delta).join('');
}

/** Reads until the model has begun, and goes. */
async function leaveInTheMiddle(ask: ReturnType<typeof codex>): Promise<void> {
  const client = new AbortController();
  const response = await ask(client.signal);
  for await (const piece of response.body ?? []) if (Buffer.from(piece).includes('Good ')) break;
  client.abort();
}

/** Answers that go on when they are told. */
function gated(): { readonly begun: () => number; readonly goOn: () => void } {
  const open: ServerResponse[] = [];
  provider.answer = (response) => {
    begin(response);
    open.push(response);
  };
  return { begun: () => open.length, goOn: () => open.forEach(finish) };
}

/** Waits until a request waits for the answer of another one. */
async function isAwaited(): Promise<void> {
  const pool = openPool({ connectionString: await installation.databaseUrl(), max: 1, applicationName: 'agents test' });
  try {
    const sql = 'select from ingress.claim where awaited_until > now()';
    await until('a repetition to wait', async () => ((await pool.query(sql)).rowCount === 1 ? true : undefined));
  } finally {
    await pool.end();
  }
}

async function chargedOf(customer: Customer): Promise<bigint> {
  await installation.settled();
  return (await customer.balance()).charged;
}

test('a client whose connection breaks and that asks again has the whole answer, and pays once', async () => {
  const customer = await installation.customer();
  const ask = codex(customer);
  const { begun, goOn } = gated();
  await leaveInTheMiddle(ask);
  await until(
    'the gateway to notice',
    async () => installation.gateway().lines.some((line) => line.includes('client_gone')) || begun() === 1 || undefined,
  );
  const again = ask();
  await isAwaited();
  goOn();
  assert.equal(await read(await again), 'Good morning');
  assert.equal(begun(), 1);
  assert.equal(await chargedOf(customer), priceOfOne);
});

test('a gateway that is killed in the middle of an answer charges the repetition alone', async () => {
  const customer = await installation.customer();
  const ask = codex(customer);
  const { begun } = gated();
  const broken = assert.rejects(ask().then(read));
  await until('the answer to begin', async () => begun() === 1 || undefined);
  await installation.gateway().stop('SIGKILL');
  await broken;
  await installation.start();
  provider.answer = (response) => {
    begin(response);
    finish(response);
  };
  assert.equal(await read(await ask()), 'Good morning');
  // The hold of the first one is still open, and nobody is left who could use it.
  const charged = await until('the charge', async () => (await customer.balance()).charged || undefined);
  assert.equal(charged, priceOfOne);
});

test('what a provider cut is not paid for: its repetition is', async () => {
  const customer = await installation.customer();
  const ask = codex(customer);
  provider.answer = (response) => {
    begin(response);
    setImmediate(() => response.destroy());
  };
  await assert.rejects(ask().then(read));
  assert.equal(await chargedOf(customer), 0n);
  provider.answer = (response) => {
    begin(response);
    finish(response);
  };
  assert.equal(await read(await ask()), 'Good morning');
  assert.equal(await chargedOf(customer), priceOfOne);
});

test('the same request after a whole answer is another one, and costs what it costs', async () => {
  const customer = await installation.customer();
  const ask = codex(customer);
  const { begun, goOn } = gated();
  for (const times of [1, 2]) {
    const asked = ask().then(read);
    await until('the answer to begin', async () => begun() === times || undefined);
    goOn();
    assert.equal(await asked, 'Good morning');
    assert.equal(await chargedOf(customer), BigInt(times) * priceOfOne);
  }
});

test('two at once have one answer, and pay once', async () => {
  const customer = await installation.customer();
  const ask = codex(customer);
  const { begun, goOn } = gated();
  const both = [ask().then(read), ask().then(read)];
  await until('the answer to begin', async () => begun() > 0 || undefined);
  await isAwaited();
  goOn();
  assert.deepEqual(await Promise.all(both), ['Good morning', 'Good morning']);
  assert.equal(begun(), 1);
  assert.equal(await chargedOf(customer), priceOfOne);
});
