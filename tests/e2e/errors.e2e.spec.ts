import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { install } from './support/install.ts';
import { metered } from './support/provider-meter.ts';

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());
const { client } = await installation.customer();

const model = 'gpt-4o-mini';

function saying(content: string, by: string = model): { model: string; messages: { role: 'user'; content: string }[] } {
  return { model: by, messages: [{ role: 'user', content }] };
}

/** The error a call fails with, which must be one of the SDK's for an answer of the gateway's. */
async function errorOf(call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await call.then(
    () => assert.fail('it must not succeed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof OpenAI.APIError, String(error));
  assert.match(error.headers?.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  return error;
}

test('a wrong key is an AuthenticationError that does not repeat the key', async () => {
  const apiKey = `ak_${'x'.repeat(64)}`;
  const error = await errorOf(client.withOptions({ apiKey }).chat.completions.create(saying('Hi')));
  assert.ok(error instanceof OpenAI.AuthenticationError);
  assert.equal(error.code, 'invalid_api_key');
  assert.ok(!JSON.stringify(error.error).includes(apiKey));
});

test('an unknown model is a NotFoundError that names the model', async () => {
  const error = await errorOf(client.chat.completions.create(saying('Hi', 'gpt-99')));
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
  assert.equal(error.param, 'model');
  assert.match(error.message, /gpt-99/);
});

test('a wrong request is a BadRequestError that names the field', async () => {
  const error = await errorOf(client.chat.completions.create({ ...saying('Hi'), n: 0 }));
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.type, 'invalid_request_error');
  assert.equal(error.param, 'n');
});

test('a used-up quota is a RateLimitError that says when to come again', async () => {
  const { client: hasty } = await installation.customer({ requestsPerMinute: 1 });
  const first = await hasty.chat.completions.create(saying('Hi')).withResponse();
  assert.equal(first.response.headers.get('x-ratelimit-limit-requests'), '1');
  assert.equal(first.response.headers.get('x-ratelimit-remaining-requests'), '0');
  // The clock's minute may end between two requests, but not between three.
  const calls = [1, 2].map(() => hasty.chat.completions.create(saying('Hi')));
  const outcomes = await Promise.allSettled(calls);
  const error = outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
  assert.ok(error instanceof OpenAI.RateLimitError);
  assert.equal(error.code, 'quota_exceeded');
  const retryAfterS = Number(error.headers.get('retry-after'));
  assert.ok(retryAfterS >= 1 && retryAfterS <= 60, `retry-after: ${retryAfterS}`);
});

test('a balance that cannot pay is a 402 that says so', async () => {
  const { client: poor } = await installation.customer({ creditUsd: '' });
  const error = await errorOf(poor.chat.completions.create(saying('Hi')));
  assert.equal(error.status, 402);
  assert.equal(error.code, 'insufficient_balance');
  assert.equal(error.type, 'insufficient_quota');
  assert.match(error.message, /balance/i);
});

for (const status of [500, 502, 503, 529]) {
  test(`a provider's ${status} is an InternalServerError of the SDK's`, async () => {
    const error = await errorOf(client.chat.completions.create(saying(scripted({ status }))));
    assert.ok(error instanceof OpenAI.InternalServerError);
    assert.equal(error.status, 502);
    assert.equal(error.code, 'upstream_error');
    assert.equal(error.type, 'server_error');
  });
}

test('a provider’s 429 is a RateLimitError with the provider’s time to wait', async () => {
  const error = await errorOf(client.chat.completions.create(saying(scripted({ status: 429, retryAfterS: 30 }))));
  assert.ok(error instanceof OpenAI.RateLimitError);
  assert.equal(error.code, 'upstream_rate_limited');
  assert.equal(error.headers?.get('retry-after'), '30');
});

test('a provider that refuses the gateway’s own key is no AuthenticationError of the client’s', async () => {
  const error = await errorOf(client.chat.completions.create(saying(scripted({ status: 401 }))));
  assert.equal(error.status, 502);
  assert.equal(error.code, 'upstream_unauthorized');
});

test('what a provider refuses with a 4xx is passed on with its own words', async () => {
  const error = await errorOf(client.chat.completions.create(saying(scripted({ status: 422 }))));
  assert.ok(error instanceof OpenAI.UnprocessableEntityError);
  assert.equal(typeof error.message, 'string');
});

test('a provider that fails once is asked again, and the client sees an answer', async () => {
  const script = { key: 'fails once', failTimes: 1, status: 500 };
  const { data, request_id: requestId } = await client.chat.completions
    .create(saying(scripted(script, 'Hi')))
    .withResponse();
  assert.match(data.choices[0]?.message.content ?? '', /You said: "Hi"/);
  const records = await metered(installation.simulatorUrl, requestId ?? '');
  assert.deepEqual(
    records.map((record) => record.status),
    ['failed', 'completed'],
  );
});
