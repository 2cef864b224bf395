import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { chunk, completion, DONE, USUAL_NANO_USD, usageChunk } from './support/openai-bytes.ts';
import type { Answer } from './support/replayed-provider.ts';
import { openWireWorld } from './support/wire-world.ts';

/* The bound that was admitted reaches the provider, whatever either side calls it. */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

const answers: Answer = ({ body }) =>
  body['stream'] === true
    ? { body: [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), usageChunk(), DONE] }
    : { body: completion({ content: 'Hi' }) };

describe('a provider that honours one name of the bound', () => {
  const cases: readonly (readonly [honoured: string, asked: Record<string, unknown>])[] = [
    ['max_tokens', { max_completion_tokens: 60 }],
    ['max_tokens', { max_completion_tokens: 60, max_tokens: null }],
    ['max_tokens', { max_tokens: 60 }],
    ['max_completion_tokens', { max_tokens: 60 }],
    ['max_completion_tokens', { max_completion_tokens: 60 }],
  ];
  for (const [honoured, asked] of cases) {
    test(`gets ${honoured} for ${JSON.stringify(asked)}`, async () => {
      const wire = await world.wire(answers, { provider: { max_tokens_param: honoured } });
      assert.equal((await wire.chat(asked)).status, 200);
      assert.equal(wire.last().body[honoured], 60);
      assert.equal(await wire.charged(), USUAL_NANO_USD);
    });
  }

  test('gets a bound where the client names none', async () => {
    const wire = await world.wire(answers, { provider: { max_tokens_param: 'max_tokens' } });
    await wire.chat();
    assert.equal(typeof wire.last().body['max_tokens'], 'number');
  });
});

test('a request that a provider refuses for the gateway’s own bound goes out once more with what is left', async () => {
  const refused = {
    error: {
      message:
        "This model's maximum context length is 131072 tokens. However, you requested 137530 tokens (104762 in the messages, 32768 in the completion).",
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    },
  };
  const wire = await world.wire(
    ({ body }) =>
      Number(body['max_completion_tokens'] ?? body['max_tokens'] ?? 0) > 131_072 - 104_762
        ? { status: 400, body: JSON.stringify(refused) }
        : { body: completion({ content: 'Hi' }) },
    { contextTokens: 131_072, outputTokensMax: 32_768 },
  );
  const told = await wire.chat({ messages: [{ role: 'user', content: 'word '.repeat(88_000) }] });
  assert.equal(told.status, 200, told.text.slice(0, 500));
  assert.equal(wire.received().length <= 2, true);
  assert.equal(await wire.charged(), USUAL_NANO_USD);
});

test('stream_options stay away from a provider that refuses them', async () => {
  const wire = await world.wire(
    ({ body }) =>
      body['stream_options'] === undefined
        ? { body: [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), DONE] }
        : { status: 400, body: '{"error":{"message":"Extra inputs are not permitted: stream_options"}}' },
    { provider: { refuses_stream_options: true } },
  );
  for (const more of [{}, { stream_options: { include_usage: true } }]) {
    const told = await wire.chat({ stream: true, ...more });
    assert.equal(told.isDone, true, told.text);
  }
  assert.ok((await wire.charged()) > 0n);
});

test('digits of numbers stay as the client wrote them', async () => {
  const wire = await world.wire(answers);
  const raw =
    '{"model":"$MODEL","messages":[{"role":"user","content":"x"}],"seed":9007199254740993,"max_tokens":null,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"n":{"type":"integer","maximum":9223372036854775807}}}}}]}';
  const told = await wire.ask('/v1/chat/completions', { raw });
  assert.equal(told.status, 200, told.text);
  assert.match(wire.last().text, /"seed": ?9007199254740993\b/);
  assert.match(wire.last().text, /"maximum": ?9223372036854775807\b/);
});

test('a provider may take longer for its head than others where its resource says so', async () => {
  const wire = await world.wire(
    () => ({
      silenceMs: 1_500,
      body: [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), usageChunk(), DONE],
    }),
    { provider: { stream_head_timeout_ms: 500 } },
  );
  const late = await wire.chat({ stream: true });
  assert.equal(late.status, 504, late.text);
  const patient = await world.wire(
    () => ({
      silenceMs: 1_500,
      body: [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), usageChunk(), DONE],
    }),
    { provider: { stream_head_timeout_ms: 90_000 } },
  );
  assert.equal((await patient.chat({ stream: true })).isDone, true);
});
