import assert from 'node:assert/strict';
import { type Scope, test } from '#testkit/test.ts';
import { simulatorFor } from '../../../tools/simulator/src/testing.ts';
import { createTestRouter, testProvider } from './testing.ts';

const say = (script: object, text = 'Hi') => [
  { role: 'user', content: `[[simulator ${JSON.stringify(script)}]] ${text}` },
];

async function openAi(t: Scope) {
  const url = await simulatorFor(t);
  return { url, ...createTestRouter(t, { providers: [testProvider('sim', `${url}/v1`)] }) };
}

async function anthropic(t: Scope) {
  const url = await simulatorFor(t);
  return createTestRouter(t, {
    providers: [testProvider('claude', url, { kind: 'anthropic', catalogue: 'anthropic' })],
  });
}

const contentOf = (sse: string) =>
  sse
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)).choices[0]?.delta.content ?? '')
    .join('');

test('a whole answer: head, document, end, and the usage as the provider reported it', async (t) => {
  const { ask } = await openAi(t);
  const usage = { prompt: 100, completion: 40, cached: 60, reasoning: 10 };
  const asked = await ask({ messages: say({ usage, text: 'Hello.' }) });
  assert.deepEqual(
    asked.frames.map((frame) => frame.kind),
    ['head', 'data', 'end'],
  );
  assert.equal(JSON.parse(asked.text).choices[0].message.content, 'Hello.');
  assert.equal(asked.usage?.outcome, 'OUTCOME_COMPLETED');
  assert.deepEqual([asked.usage?.provider, asked.usage?.model, asked.usage?.estimated], ['sim', 'm', false]);
  assert.deepEqual(asked.usage?.quantities, [
    { unit: 'input', quantity: 40 },
    { unit: 'cached_input', quantity: 60 },
    { unit: 'output', quantity: 30 },
    { unit: 'reasoning', quantity: 10 },
  ]);
  assert.deepEqual(
    asked.usage?.attempts.map(({ provider, status, error }) => [provider, status, error]),
    [['sim', 200, '']],
  );
  assert.deepEqual(asked.frames.at(-1), {
    kind: 'end',
    summary: {
      provider: 'sim',
      model: 'm',
      inputTokens: 100,
      outputTokens: 40,
      estimated: false,
      costNanoUsd: undefined,
    },
  });
});

test('a stream ends in [DONE], after its usage is on record and not before', async (t) => {
  const { ask, journal } = await openAi(t);
  let recordedAtDone = Promise.resolve(-1);
  const asked = await ask(
    { stream: true, messages: say({ text: 'Hello from afar.' }) },
    {
      onFrame: (frame) => {
        if (frame.kind === 'data' && frame.data.includes('[DONE]')) recordedAtDone = journal.head();
      },
    },
  );
  assert.equal(contentOf(asked.text), 'Hello from afar.');
  assert.ok(asked.text.endsWith('data: [DONE]\n\n'));
  assert.equal(await recordedAtDone, 2);
  assert.ok(!asked.text.includes('"usage":{'), 'the gateway asked for usage, not the client');
  assert.equal(asked.usage?.estimated, false);
});

test('a client that asks for usage in a stream gets it', async (t) => {
  const { ask } = await openAi(t);
  const asked = await ask({
    stream: true,
    stream_options: { include_usage: true },
    messages: say({ usage: { prompt: 3 } }),
  });
  assert.ok(asked.text.includes('"prompt_tokens":3'));
});

test('the admitted bound reaches the provider where the client left it open', async (t) => {
  const { ask } = await openAi(t);
  const asked = await ask({ messages: say({ chunks: 5_000 }) });
  assert.equal(asked.usage?.usage.output, 1_000);
});

test('<provider>/<model> is asked for by its plain name', async (t) => {
  const { ask } = await openAi(t);
  const asked = await ask({ model: 'sim/m', messages: say({}) });
  assert.deepEqual([JSON.parse(asked.text).model, asked.usage?.model], ['m', 'm']);
});

test('a usage that the provider leaves out is estimated from the text and flagged', async (t) => {
  const { ask } = await openAi(t);
  for (const stream of [false, true]) {
    const { usage, failure } = await ask({ stream, messages: say({ omitUsage: true, text: 'one two three four' }) });
    assert.equal(failure, undefined);
    assert.deepEqual(
      [usage?.estimated, usage?.estimatePolicy, usage?.outcome],
      [true, 'text-tokenized', 'OUTCOME_COMPLETED'],
    );
    assert.equal(usage?.usage.output, 4);
    assert.ok(Number(usage?.usage.input) > 5);
  }
});

test('a cut stream, one without an end, one with an error, and one with garbage do not look whole', async (t) => {
  const { ask } = await openAi(t);
  const cases: [object, string][] = [
    [{ cutAfterChunks: 3 }, 'upstream_cut'],
    [{ cutAfterChunks: 3, endWithoutDone: true }, 'upstream_cut'],
    [{ midStreamError: true }, 'upstream_error'],
    [{ garbage: true }, 'upstream_invalid_response'],
  ];
  for (const [script, code] of cases) {
    const asked = await ask({ stream: true, messages: say({ chunks: 10, ...script }) });
    assert.deepEqual([asked.failure?.code, asked.usage?.outcome], [code, 'OUTCOME_CUT'], JSON.stringify(script));
    assert.ok(!asked.text.includes('[DONE]'));
    assert.equal(asked.usage?.attempts[0]?.error, code);
    assert.ok(Number(asked.usage?.usage.output) > 0, 'what was streamed is on record');
  }
});

test('a refused request fails at once, with the status and the document of the provider', async (t) => {
  const { ask } = await openAi(t);
  const { failure, usage } = await ask({ messages: say({ status: 422 }) });
  assert.deepEqual([failure?.code, failure?.providerStatus], ['upstream_refused', 422]);
  assert.match(String(JSON.parse(String(failure?.providerBody)).error.message), /status 422/);
  assert.deepEqual([usage?.outcome, usage?.attempts.length, usage?.provider], ['OUTCOME_FAILED', 1, '']);
  assert.deepEqual(usage?.quantities, []);
});

test('a failure that passes is mended by a second attempt, and both are on record', async (t) => {
  const { ask } = await openAi(t);
  const asked = await ask({ stream: true, messages: say({ key: 'once', failTimes: 1, status: 503 }) });
  assert.equal(asked.failure, undefined);
  assert.deepEqual(
    asked.usage?.attempts.map(({ status, error }) => [status, error]),
    [
      [503, 'upstream_error'],
      [200, ''],
    ],
  );
});

test('a rate limit that lasts is passed on with the time to wait', async (t) => {
  const { ask } = await openAi(t);
  const { failure } = await ask({ messages: say({ status: 429, retryAfterS: 7 }) });
  assert.deepEqual([failure?.code, failure?.retryAfterMs], ['upstream_rate_limited', 7_000]);
});

test('the next provider answers where the first one does not', async (t) => {
  const broken = await simulatorFor(t, { status: 500 });
  const sound = await simulatorFor(t);
  const { ask } = createTestRouter(t, {
    providers: [testProvider('a', `${broken}/v1`), testProvider('b', `${sound}/v1`)],
  });
  const { usage, failure } = await ask({ stream: true, messages: [{ role: 'user', content: 'Hi' }] });
  assert.equal(failure, undefined);
  assert.deepEqual(
    usage?.attempts.map(({ provider, status }) => [provider, status]),
    [
      ['a', 500],
      ['b', 200],
    ],
  );
  assert.equal(usage?.provider, 'b');
});

test('a provider that keeps failing is reported unhealthy, and is no longer asked first', async (t) => {
  const broken = await simulatorFor(t, { status: 500 });
  const sound = await simulatorFor(t);
  const { ask, router } = createTestRouter(t, {
    providers: [testProvider('a', `${broken}/v1`), testProvider('b', `${sound}/v1`)],
  });
  for (let i = 0; i < 5; i += 1) await ask({ messages: [{ role: 'user', content: 'Hi' }] });
  const [a, b] = router.providerHealth();
  assert.deepEqual([a?.provider, a?.isHealthy, a?.state], ['a', false, 'open']);
  assert.match(a?.reason ?? '', /^5 failures in a row: \S+; tried again in \d+ s$/);
  assert.deepEqual([b?.provider, b?.isHealthy, b?.state, b?.reason], ['b', true, 'closed', '']);
  const { usage } = await ask({ messages: [{ role: 'user', content: 'Hi' }] });
  assert.deepEqual(
    usage?.attempts.map(({ provider }) => provider),
    ['b'],
  );
});

test('Anthropic answers in the form of OpenAI, whole and streamed, with the same usage', async (t) => {
  const { ask } = await anthropic(t);
  const script = { text: 'Bonjour à tous.', usage: { prompt: 100, completion: 9, cached: 30, cacheWrite: 20 } };
  for (const stream of [false, true]) {
    const asked = await ask({ stream, messages: [{ role: 'system', content: 'Be brief.' }, ...say(script)] });
    assert.equal(asked.failure, undefined);
    const content = stream ? contentOf(asked.text) : JSON.parse(asked.text).choices[0].message.content;
    assert.equal(content, 'Bonjour à tous.');
    assert.deepEqual(
      asked.usage?.quantities.map(({ unit, quantity }) => [unit, quantity]),
      [
        ['input', 50],
        ['cached_input', 30],
        ['cache_write', 20],
        ['output', 9],
      ],
    );
    assert.equal(asked.text.includes('"usage"'), !stream);
  }
});

test('Anthropic calls tools and answers in JSON, whole and streamed', async (t) => {
  const { ask } = await anthropic(t);
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const messages = [{ role: 'user', content: 'Weather?' }];
  const tools = [{ type: 'function', function: { name: 'weather', parameters } }];
  const whole = JSON.parse((await ask({ messages, tools })).text).choices[0];
  assert.deepEqual([whole.finish_reason, whole.message.tool_calls[0].function.name], ['tool_calls', 'weather']);
  const streamed = await ask({ messages, tools, stream: true });
  assert.ok(streamed.text.includes('"finish_reason":"tool_calls"') && streamed.text.includes('"name":"weather"'));

  const response_format = { type: 'json_schema', json_schema: { name: 'w', schema: parameters } };
  const json = JSON.parse((await ask({ messages, response_format })).text).choices[0];
  assert.deepEqual([typeof JSON.parse(json.message.content).city, json.finish_reason], ['string', 'stop']);
  const jsonStream = await ask({ messages, response_format, stream: true });
  assert.equal(typeof JSON.parse(contentOf(jsonStream.text)).city, 'string');
});

test("Anthropic's refusals come in OpenAI's shape, and its broken streams do not look whole", async (t) => {
  const { ask } = await anthropic(t);
  const { failure } = await ask({ messages: say({ status: 413 }) });
  assert.deepEqual([failure?.code, failure?.providerStatus], ['upstream_refused', 413]);
  assert.equal(typeof JSON.parse(String(failure?.providerBody)).error.message, 'string');
  for (const script of [{ cutAfterChunks: 3 }, { midStreamError: true }, { garbage: true }]) {
    const asked = await ask({ stream: true, messages: say({ chunks: 10, ...script }) });
    assert.deepEqual(
      [asked.usage?.outcome, asked.text.includes('[DONE]')],
      ['OUTCOME_CUT', false],
      JSON.stringify(script),
    );
    assert.ok(!asked.text.includes('"finish_reason":"stop"'));
  }
});

test('what Anthropic cannot do is refused without a call, or done by a provider that can', async (t) => {
  const url = await simulatorFor(t);
  const claude = testProvider('claude', url, { kind: 'anthropic' });
  const alone = createTestRouter(t, { providers: [claude] });
  const refused = await alone.ask({ n: 2, messages: say({}) });
  assert.deepEqual([refused.failure?.code, refused.failure?.param], ['invalid_request', 'n']);
  assert.deepEqual([refused.usage?.outcome, refused.usage?.attempts.length], ['OUTCOME_FAILED', 0]);
  const both = createTestRouter(t, { providers: [claude, testProvider('sim', `${url}/v1`)] });
  const done = await both.ask({ n: 2, messages: say({}) });
  assert.deepEqual([done.failure, done.usage?.provider], [undefined, 'sim']);
});
