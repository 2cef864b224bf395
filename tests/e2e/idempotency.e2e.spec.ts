import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { afterAll, test } from '#testkit/test.ts';
import type { KeyDocument, UserDocument } from './support/admin-api.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { install } from './support/install.ts';
import type { Customer } from './support/installation.ts';
import { metered, meteredOnce } from './support/provider-meter.ts';
import { answerHello, startRawProvider } from './support/raw-provider.ts';
import { until } from './support/until.ts';

const provider = await startRawProvider();
const installation = await install({
  providers: [{ name: 'raw', baseUrl: provider.baseUrl, models: ['gpt-4o'] }],
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
const { admin } = installation;

const REPLAYED = 'idempotent-replayed';
let keys = 0;
function newKey(): string {
  keys += 1;
  return `key-${keys}`;
}

const simulated = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Good morning' }] };
/** Of a model that the provider of this file answers. */
const gated = { ...simulated, model: 'gpt-4o', max_completion_tokens: 100 };

function post({ apiKey }: Customer, body: unknown, idempotencyKey: string): Promise<Response> {
  return fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify(body),
  });
}

const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;

/** Waits until the key's first request is over, whatever became of it, and returns what a repeat is told then. */
const repeated = (customer: Customer, body: unknown, key: string): Promise<Response> =>
  until('the first request to be over', async () => {
    const response = await post(customer, body, key);
    if (response.status !== 409 || (await codeOf(response.clone())) !== 'idempotency_key_in_use') return response;
    return undefined;
  });

for (const stream of [false, true]) {
  const kind = stream ? 'stream' : 'whole answer';
  test(`a ${kind} that is asked for again is the same, byte for byte, and charged once`, async () => {
    const customer = await installation.customer();
    const key = newKey();
    const body = { ...simulated, stream };
    const first = await post(customer, body, key);
    assert.equal(first.status, 200);
    assert.equal(first.headers.get(REPLAYED), null);
    const text = await first.text();
    assert.match(text, stream ? /\[DONE\]\n\n$/ : /Good morning/);
    const requestId = first.headers.get('x-request-id') ?? '';

    for (let repeat = 0; repeat < 3; repeat += 1) {
      const again = await post(customer, body, key);
      assert.deepEqual([again.status, again.headers.get(REPLAYED)], [200, 'true']);
      assert.equal(again.headers.get('content-type'), first.headers.get('content-type'));
      // The id that is in the log and on the bill.
      assert.equal(again.headers.get('x-request-id'), requestId);
      assert.equal(await again.text(), text);
    }
    await installation.settled();
    assert.equal(
      (await customer.balance()).charged,
      expectedCharge(await meteredOnce(installation.simulatorUrl, requestId)),
    );
  });
}

test('the official SDK gets the same answer for the same key, whole and streamed', async () => {
  const { client, balance } = await installation.customer();
  const options = { headers: { 'Idempotency-Key': newKey() } };
  const first = await client.chat.completions.create(simulated, options);
  assert.deepEqual(await client.chat.completions.create(simulated, options), first);

  const streamOptions = { headers: { 'Idempotency-Key': newKey() } };
  const streamed = () => client.chat.completions.create({ ...simulated, stream: true }, streamOptions);
  const chunks = await Array.fromAsync(await streamed());
  assert.deepEqual(await Array.fromAsync(await streamed()), chunks);
  await installation.settled();
  const charged = (await balance()).charged;
  await client.chat.completions.create(simulated, options);
  await installation.settled();
  assert.equal((await balance()).charged, charged);
});

test('fifty requests at once under one key are one execution and one charge', async () => {
  const customer = await installation.customer();
  const key = newKey();
  const before = (await metered(installation.simulatorUrl)).length;
  const responses = await Promise.all(Array.from({ length: 50 }, () => post(customer, simulated, key)));
  const answers = new Set<string>();
  for (const response of responses) {
    const text = await response.text();
    if (response.status === 200) answers.add(text);
    else assert.deepEqual([response.status, text.includes('idempotency_key_in_use')], [409, true], text);
  }
  assert.equal(answers.size, 1);
  const again = await post(customer, simulated, key);
  assert.deepEqual([again.status, answers.has(await again.text())], [200, true]);
  await installation.settled();
  assert.equal((await metered(installation.simulatorUrl)).length, before + 1);
  const record = await meteredOnce(installation.simulatorUrl, again.headers.get('x-request-id') ?? '');
  assert.equal((await customer.balance()).charged, expectedCharge(record));
});

test('while the first request runs a second one is told so, and when to come again', async () => {
  const customer = await installation.customer();
  const key = newKey();
  const reached = Promise.withResolvers<() => void>();
  provider.answer = (response) => reached.resolve(() => answerHello(response));
  const first = post(customer, gated, key);
  const answer = await reached.promise;
  const second = await post(customer, gated, key);
  assert.deepEqual([second.status, second.headers.get('retry-after')], [409, '1']);
  assert.equal(await codeOf(second), 'idempotency_key_in_use');
  answer();
  const text = await (await first).text();
  assert.equal(await (await post(customer, gated, key)).text(), text);
});

test('an SDK that retries by itself gets the answer of the request that still runs', async () => {
  const customer = await installation.customer();
  const options = { headers: { 'Idempotency-Key': newKey() } };
  const reached = Promise.withResolvers<() => void>();
  provider.answer = (response) => reached.resolve(() => answerHello(response));
  const client = new OpenAI({ apiKey: customer.apiKey, baseURL: `${installation.gateway().url}/v1`, maxRetries: 20 });
  const first = client.chat.completions.create(gated, options);
  const answer = await reached.promise;
  const second = client.chat.completions.create(gated, options);
  answer();
  assert.deepEqual(await second, await first);
});

test('another body under the same key is refused, and neither executed nor charged', async () => {
  const customer = await installation.customer();
  const key = newKey();
  await (await post(customer, simulated, key)).text();
  await installation.settled();
  const { charged } = await customer.balance();
  const other = await post(customer, { ...simulated, temperature: 0 }, key);
  assert.deepEqual([other.status, await codeOf(other)], [422, 'idempotency_key_reused']);
  await installation.settled();
  assert.equal((await customer.balance()).charged, charged);
});

test('keys of two users are two keys, and a key that cannot be one is refused', async () => {
  const [first, second] = [await installation.customer(), await installation.customer()];
  const key = newKey();
  const ids = [];
  for (const customer of [first, second]) {
    const response = await post(customer, simulated, key);
    assert.deepEqual([response.status, response.headers.get(REPLAYED)], [200, null]);
    ids.push(response.headers.get('x-request-id'));
    await response.text();
  }
  assert.notEqual(ids[0], ids[1]);
  for (const bad of ['x'.repeat(256), 'grün']) {
    const response = await post(first, simulated, bad);
    assert.deepEqual([response.status, await codeOf(response)], [400, 'invalid_request']);
  }
});

test('what was refused before it ran leaves its key free: with money, and with another body, it runs', async () => {
  const customer = await installation.customer({ creditUsd: '' });
  const key = newKey();
  const poor = await post(customer, simulated, key);
  assert.deepEqual([poor.status, await codeOf(poor)], [402, 'insufficient_balance']);
  const unknown = await post(customer, { ...simulated, model: 'no-such-model' }, key);
  assert.deepEqual([unknown.status, await codeOf(unknown)], [404, 'model_not_found']);
  await admin.call('POST', `/admin/users/${customer.userId}/balance`, { body: { amount_usd: '5' } });
  const rich = await post(customer, simulated, key);
  assert.deepEqual([rich.status, rich.headers.get(REPLAYED)], [200, null]);
  await rich.text();
});

for (const [status, seen] of [
  [400, 'upstream_refused'],
  [500, 'upstream_error'],
] as const) {
  test(`a completion that failed with ${status} and cost nothing is tried anew under the same key`, async () => {
    const customer = await installation.customer();
    const key = newKey();
    provider.answer = (response) => void response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    const failed = await post(customer, gated, key);
    assert.equal(await codeOf(failed), seen);
    provider.answer = (response) => answerHello(response);
    const response = await post(customer, gated, key);
    assert.deepEqual([response.status, response.headers.get(REPLAYED)], [200, null]);
    await response.text();
  });
}

test('a stream that broke off and was charged breaks off again in the same way, and is not charged again', async () => {
  const customer = await installation.customer();
  const key = newKey();
  const body = { ...gated, stream: true };
  const chunk = { id: 'c', choices: [{ index: 0, delta: { content: 'Half of it' }, finish_reason: null }] };
  provider.answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(chunk)}\n\n`, () => response.destroy());
  };
  const client = new OpenAI({ apiKey: customer.apiKey, baseURL: `${installation.gateway().url}/v1`, maxRetries: 0 });
  const partsUntilBreak = async (): Promise<string[]> => {
    const parts: string[] = [];
    const stream = await client.chat.completions.create(
      { ...body, stream: true },
      { headers: { 'idempotency-key': key } },
    );
    await assert.rejects(async () => {
      for await (const part of stream) parts.push(part.choices[0]?.delta.content ?? '');
    }, /broke off/);
    return parts;
  };
  assert.deepEqual(await partsUntilBreak(), ['Half of it']);
  await installation.settled();
  const { charged } = await customer.balance();
  assert.ok(charged > 0n);
  provider.answer = (response) => answerHello(response);
  assert.deepEqual(await partsUntilBreak(), ['Half of it']);
  await installation.settled();
  assert.equal((await customer.balance()).charged, charged);
});

test('a client that leaves in the middle finds the whole answer when it comes back, charged once', async () => {
  const customer = await installation.customer();
  const key = newKey();
  const body = { ...gated, stream: true };
  const sendRest = Promise.withResolvers<() => void>();
  const chunk = (content: string, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
  provider.answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk('one '));
    sendRest.resolve(() => response.end(`${chunk('two', 'stop')}data: [DONE]\n\n`));
  };
  const leaving = new AbortController();
  const first = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${customer.apiKey}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  assert.equal(first.status, 200);
  leaving.abort();
  await assert.rejects(first.text());
  (await sendRest.promise)();
  const again = await repeated(customer, body, key);
  assert.deepEqual([again.status, again.headers.get(REPLAYED)], [200, 'true']);
  const text = await again.text();
  assert.match(text, /one .*two.*\[DONE\]\n\n$/s);
  await installation.settled();
  const { charged } = await customer.balance();
  assert.ok(charged > 0n);
  await (await post(customer, body, key)).text();
  await installation.settled();
  assert.equal((await customer.balance()).charged, charged);
});

test('a user, a credit, an API key and a revocation are made once, and answered alike', async () => {
  const headers = { 'idempotency-key': newKey() };
  const twice = async <T>(path: string, body: unknown): Promise<T> => {
    const first = await admin.call<T>('POST', path, { body, headers });
    assert.ok(first.status === 200 || first.status === 201, JSON.stringify(first.document));
    const again = await admin.call<T>('POST', path, { body, headers });
    assert.deepEqual([again.status, again.document], [first.status, first.document]);
    assert.equal(again.headers.get(REPLAYED), 'true');
    assert.equal(again.headers.get('x-request-id'), first.headers.get('x-request-id'));
    assert.equal(again.headers.get('cache-control'), first.headers.get('cache-control'));
    return first.document;
  };
  const { id } = await twice<UserDocument>('/admin/users/', { name: 'Ada', email: 'ada-of-idempotency@example.com' });
  await twice(`/admin/users/${id}/balance`, { amount_usd: '5' });
  const key = await twice<KeyDocument>('/admin/api-keys/', { user_id: id, name: 'laptop' });
  const user = await admin.user(id);
  assert.equal(user.balance.credited_nano_usd, '5000000000');
  assert.deepEqual(
    user.keys.map(({ prefix }) => prefix),
    [key.prefix],
  );
  const client = new OpenAI({ apiKey: key.api_key ?? '', baseURL: `${installation.gateway().url}/v1`, maxRetries: 0 });
  assert.ok((await client.models.list()).data.length > 0);
  await twice(`/admin/api-keys/${key.id}/revoke`, undefined);
  await assert.rejects(client.models.list(), /401/);
});

test('API keys asked for at once under one key are one key', async () => {
  const { userId } = await installation.customer();
  const headers = { 'idempotency-key': newKey() };
  const body = { user_id: userId, name: 'only one' };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => admin.call<KeyDocument>('POST', '/admin/api-keys/', { body, headers })),
  );
  const made = new Set(answers.filter(({ status }) => status === 201).map(({ document }) => document.api_key));
  assert.equal(made.size, 1);
  assert.ok(answers.every(({ status }) => status === 201 || status === 409));
  const { keys: ofUser } = await admin.user(userId);
  assert.equal(ofUser.filter(({ name }) => name === 'only one').length, 1);
});

test('an admin call with another body under its key is refused; one that was refused may be mended', async () => {
  const { userId } = await installation.customer();
  const headers = { 'idempotency-key': newKey() };
  const create = (body: unknown) =>
    admin.call<KeyDocument & { error: { code: string } }>('POST', '/admin/api-keys/', { body, headers });
  assert.equal((await create({ user_id: 'nobody' })).status, 404);
  assert.equal((await create({ user_id: userId, name: 'a' })).status, 201);
  const other = await create({ user_id: userId, name: 'b' });
  assert.deepEqual([other.status, other.document.error.code], [422, 'idempotency_key_reused']);
});
