import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { until } from '../e2e/support/until.ts';
import { behinds } from './support/behind.ts';
import { completion } from './support/openai-bytes.ts';
import { openWireWorld } from './support/wire-world.ts';

/* What a client is told with its answer, and what it may say of its request. */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

const [chat, , claude] = behinds;
assert.ok(chat && claude);
type Fields = Readonly<Record<string, unknown>>;

test('an answer names its provider, its attempts and its cost', async () => {
  const [, wire] = await world.wires([
    () => ({ status: 503, body: '{}' }),
    () => ({ body: completion({ content: 'Hi' }) }),
  ]);
  assert.ok(wire);
  const { headers, status } = await wire.chat();
  assert.equal(status, 200);
  assert.match(headers.get('x-gateway-provider') ?? '', /-1$/);
  assert.ok(Number(headers.get('x-gateway-attempts')) >= 2);
  assert.equal(Number(headers.get('x-gateway-cost-usd')), 0.0002);
});

test('a stream tells its cost in its usage when it is asked to', async () => {
  const wire = await world.wire(chat.answer('text'));
  const told = await wire.chat({ stream: true, stream_options: { include_usage: true }, usage: { include: true } });
  assert.equal(told.status, 200, told.text);
  const usage = told.events.at(-1)?.['usage'] as Fields | undefined;
  assert.equal(Number(usage?.['cost']), 0.0002, told.text);
  assert.equal(wire.last().body['usage'], undefined);
});

describe('what has no place at a target', () => {
  const asked: readonly (readonly [field: string, body: Fields])[] = [
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['seed', { seed: 7 }],
    ['presence_penalty', { presence_penalty: 1 }],
    ['logit_bias', { logit_bias: { '50256': -100 } }],
  ];
  const wishes = { kind: claude.kind, provider: { formats: [claude.format] } };

  test('is refused with the field’s name', async () => {
    const wire = await world.wire(claude.answer('text'), wishes);
    for (const [field, body] of asked) {
      const told = await wire.chat(body);
      assert.equal(told.status, 400, `${field}: ${told.text}`);
      const error = told.document['error'] as { param?: string; message?: string };
      assert.equal(error.param, field);
      assert.match(error.message ?? '', new RegExp(field));
    }
    assert.equal(wire.received().length, 0);
    assert.equal(await wire.charged(), 0n);
  });

  test('is dropped, and named, where the client or the operator wants that', async () => {
    const wire = await world.wire(claude.answer('text'), wishes);
    for (const [field, body] of asked) {
      const told = await wire.ask(
        '/v1/chat/completions',
        { messages: [{ role: 'user', content: 'Hi' }], ...body },
        { 'x-gateway-unplaced-fields': 'drop' },
      );
      assert.equal(told.status, 200, `${field}: ${told.text}`);
      assert.equal(told.headers.get('x-gateway-dropped'), field);
    }
  });
});

test('a cost is estimated before anything runs, and is at least what the request then costs', async () => {
  const wire = await world.wire(chat.answer('text'));
  const body = { messages: [{ role: 'user', content: 'Hello there' }], max_tokens: 200 };
  const told = await wire.ask('/v1/cost/estimate', body);
  assert.equal(told.status, 200, told.text);
  assert.ok(Number(told.document['bound_usd']) >= 0.0002, told.text);
  assert.ok(Number(told.document['estimate_usd']) <= Number(told.document['bound_usd']));
  assert.equal(wire.received().length, 0);
  assert.equal(await wire.charged(), 0n);
});

test('tokens of a prompt are counted for nothing', async () => {
  const wire = await world.wire(chat.answer('text'));
  const messages = [{ role: 'user', content: 'Hello there, how are you today?' }];
  const counted = await wire.ask('/v1/messages/count_tokens', { messages }, { 'anthropic-version': '2023-06-01' });
  assert.equal(counted.status, 200, counted.text);
  assert.ok(Number(counted.document['input_tokens']) > 4);
  const input = await wire.ask('/v1/responses/input_tokens', { input: 'Hello there, how are you today?' });
  assert.equal(input.status, 200, input.text);
  assert.equal(input.document['object'], 'response.input_tokens');
  assert.ok(Number(input.document['input_tokens']) > 4);
  assert.equal(await wire.charged(), 0n);
});

test('models are listed in OpenAI’s form and in Anthropic’s', async () => {
  const wire = await world.wire(chat.answer('text'));
  const { url } = world.installation.gateway();
  const list = async (headers: Record<string, string>, query = '') => {
    const response = await fetch(`${url}/v1/models${query}`, { headers });
    return (await response.json()) as {
      object?: string;
      data: readonly Fields[];
      has_more?: boolean;
      last_id?: string;
    };
  };
  // Where billing is another process, a new price is shown within a second.
  const openAi = await until('the model to be listed', async () => {
    const listed = await list({ authorization: `Bearer ${wire.customer.apiKey}` });
    return listed.data.some(({ id, object }) => id === wire.model && object === 'model') ? listed : undefined;
  });
  assert.equal(openAi.object, 'list');
  const anthropic = await list({ 'x-api-key': wire.customer.apiKey, 'anthropic-version': '2023-06-01' }, '?limit=1000');
  assert.ok(
    anthropic.data.some(
      ({ id, type, display_name }) => id === wire.model && type === 'model' && display_name !== undefined,
    ),
  );
  assert.equal(anthropic.has_more, false);
  const page = await list({ 'x-api-key': wire.customer.apiKey, 'anthropic-version': '2023-06-01' }, '?limit=1');
  assert.deepEqual([page.data.length, page.has_more, page.last_id], [1, true, page.data[0]?.['id']]);
});

test('tags, session and agent of a request are in the log, and its use can be read by them', async () => {
  const wire = await world.wire(chat.answer('text'));
  const told = await wire.ask(
    '/v1/chat/completions',
    { messages: [{ role: 'user', content: 'Hi' }], metadata: { ticket: 'T-7' } },
    { 'x-gateway-tags': 'nightly, eval', 'x-gateway-session-id': 's-1', 'x-gateway-agent-id': 'a-1' },
  );
  assert.equal(told.status, 200, told.text);
  assert.equal(await wire.charged(), 200_000n);
  const { url } = world.installation.gateway();
  for (const [by, value] of [
    ['tag', 'nightly'],
    ['tag', 'eval'],
    ['session', 's-1'],
    ['agent', 'a-1'],
    ['key', wire.customer.keyId],
  ] as const) {
    const response = await fetch(`${url}/v1/usage?group_by=${by}`, {
      headers: { authorization: `Bearer ${wire.customer.apiKey}` },
    });
    const document = (await response.json()) as { data: readonly Fields[] };
    assert.equal(response.status, 200, JSON.stringify(document));
    const line = document.data.find((each) => each[by] === value);
    assert.equal(line?.['amount_nano_usd'], '200000', `${by}: ${JSON.stringify(document.data)}`);
  }
});

test('a limit on a tag counts the requests that carry it', async () => {
  const wire = await world.wire(chat.answer('text'));
  const tag = `t-${wire.model}`;
  const { status, document } = await world.installation.admin.call('PUT', `/admin/limits/${tag}`, {
    body: { subject: { kind: 'tag', id: tag }, unit: 'requests', period: 'hour', amount: '1', kind: 'hard' },
  });
  assert.ok(status < 300, JSON.stringify(document));
  const ask = () =>
    wire.ask('/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] }, { 'x-gateway-tags': tag });
  assert.equal((await ask()).status, 200);
  assert.equal((await ask()).status, 429);
  assert.equal((await wire.chat()).status, 200);
});
