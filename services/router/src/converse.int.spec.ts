import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { FormatName, FrontFormatName } from '#ai/format.ts';
import { awsEvent, awsException } from '#ai/framing/testing.ts';
import { describe, type Scope, test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, testProvider } from './testing.ts';

/** What a client of each format asks, and how it knows a stream's end and the words of an answer. */
const clients: Readonly<Partial<Record<FrontFormatName, { readonly body: object; readonly end: RegExp }>>> = {
  'openai-chat': { body: { messages: [{ role: 'user', content: 'Hi' }] }, end: /data: \[DONE\]\n\n$/ },
  'openai-completions': { body: { prompt: 'Hi' }, end: /data: \[DONE\]\n\n$/ },
  'openai-responses': { body: { input: 'Hi' }, end: /event: response\.completed\ndata: .*\n\n$/ },
  'anthropic-messages': {
    body: { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 100 },
    end: /event: message_stop\ndata: .*\n\n$/,
  },
  'gemini-generate': { body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }, end: /"finishReason":"STOP"/ },
};
const fronts = Object.keys(clients) as FrontFormatName[];

const usage = { inputTokens: 7, outputTokens: 2, totalTokens: 9, cacheReadInputTokens: 5 };
const whole = {
  output: { message: { role: 'assistant', content: [{ text: 'Hello there' }] } },
  stopReason: 'end_turn',
  usage,
  metrics: { latencyMs: 1 },
};
const events: readonly Buffer[] = [
  awsEvent('messageStart', { role: 'assistant' }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } }),
  awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: ' there' } }),
  awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
  awsEvent('messageStop', { stopReason: 'end_turn' }),
  awsEvent('metadata', { usage, metrics: { latencyMs: 1 } }),
];

type Answer = (response: ServerResponse, path: string) => void;

const answerUsually: Answer = (response, path) => {
  if (path.endsWith('-stream')) response.end(Buffer.concat(events));
  else response.end(JSON.stringify(whole));
};

/** A router before one provider, by default of Converse's, and the paths and bodies that the provider got. */
async function world(t: Scope, answer: Answer = answerUsually, changes: object = {}) {
  const got: { path: string; body: Record<string, unknown> }[] = [];
  const baseUrl = await hostileProvider(t, (response, { url = '' }, text) => {
    got.push({ path: url, body: JSON.parse(text) });
    answer(response, url);
  });
  const formats: FormatName[] = ['bedrock-converse'];
  const { ask } = createTestRouter(t, {
    providers: [testProvider('p', new URL(baseUrl).origin, { formats, ...changes })],
  });
  return {
    got,
    ask: (format: FrontFormatName) => ask({ ...clients[format]?.body }, { request: { format } }),
    // Gemini's clients say it in the URL.
    stream: (format: FrontFormatName) =>
      ask(
        { ...clients[format]?.body, ...(format !== 'gemini-generate' && { stream: true }) },
        { request: { format, stream: true } },
      ),
  };
}

/** What was used of a unit at all. */
function used(usage: object = {}) {
  return Object.fromEntries(Object.entries(usage).filter(([, quantity]) => quantity !== 0));
}

/** A refusal in Amazon's form. */
const refusing =
  (status: number, name: string, message: string): Answer =>
  (response) => {
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': `${name}:http://internal.amazon.com/` };
    response.writeHead(status, headers).end(JSON.stringify({ message }));
  };

for (const client of fronts) {
  describe(`a client of ${client} before Bedrock's Converse`, () => {
    test('gets a whole answer, charged as Amazon reports, the cache beside the input', async (t) => {
      const { ask, got } = await world(t);
      const { text, failure, usage: told } = await ask(client);
      assert.equal(failure, undefined);
      assert.match(text, /Hello there/);
      assert.equal(got[0]?.path, '/model/m/converse');
      assert.deepEqual(got[0]?.body['messages'], [{ role: 'user', content: [{ text: 'Hi' }] }]);
      assert.deepEqual(used(told?.usage), { input: 7, cached_input: 5, output: 2 });
      assert.deepEqual([told?.estimated, told?.format], [false, 'bedrock-converse']);
    });

    test('gets a stream whose usage came behind its end', async (t) => {
      const { stream, got } = await world(t);
      const { text, failure, usage: told } = await stream(client);
      assert.equal(failure, undefined);
      assert.match(text, /Hello/);
      assert.match(text, clients[client]?.end ?? /$^/);
      assert.equal(got[0]?.path, '/model/m/converse-stream');
      assert.deepEqual([used(told?.usage), told?.estimated], [{ input: 7, cached_input: 5, output: 2 }, false]);
    });

    test('gets a whole stream that never told its usage, and pays an estimate', async (t) => {
      const { stream } = await world(t, (response) => void response.end(Buffer.concat(events.slice(0, -1))));
      const { text, failure, usage: told } = await stream(client);
      assert.deepEqual([failure, told?.estimated, told?.outcome], [undefined, true, 'OUTCOME_COMPLETED']);
      assert.match(text, clients[client]?.end ?? /$^/);
    });

    test('gets no end of a stream that breaks before its own, wherever it breaks', async (t) => {
      for (let kept = 0; kept < events.length - 2; kept += 1) {
        const { stream } = await world(t, (response) => {
          const bytes = Buffer.concat([...events.slice(0, kept), (events[kept] ?? Buffer.alloc(0)).subarray(0, 9)]);
          response.write(bytes, () => response.destroy());
        });
        const { text, failure } = await stream(client);
        assert.notEqual(failure, undefined, `after ${kept} events`);
        assert.doesNotMatch(text, clients[client]?.end ?? /$^/, `after ${kept} events`);
      }
    });

    test('reads a refusal of its request in its own format, in Amazon’s words', async (t) => {
      const { ask } = await world(t, refusing(400, 'ValidationException', 'The sky is too low.'));
      const { failure } = await ask(client);
      assert.deepEqual([failure?.code, failure?.providerStatus], ['upstream_refused', 400]);
      assert.equal(JSON.parse(String(failure?.providerBody)).error.message, 'The sky is too low.');
    });
  });
}

test('a throttled stream is a limited rate, before its first word and after it', async (t) => {
  const throttled = awsException('throttlingException', 'Too many requests, please wait.');
  const first = await world(t, (response) => void response.end(Buffer.concat([...events.slice(0, 1), throttled])));
  const early = await first.stream('openai-chat');
  assert.equal(early.failure?.code, 'upstream_rate_limited');
  const late = await world(t, (response) => void response.end(Buffer.concat([...events.slice(0, 3), throttled])));
  const { text, failure, usage: told } = await late.stream('openai-chat');
  assert.notEqual(failure, undefined);
  assert.doesNotMatch(text, /\[DONE\]/);
  assert.equal(told?.estimated, true);
});

const refusals = [
  [403, 'UnrecognizedClientException', 'The security token is invalid.', 'upstream_unauthorized'],
  [429, 'ThrottlingException', 'Too many tokens, please wait.', 'upstream_rate_limited'],
  [400, 'ValidationException', 'Input is too long for requested model.', 'context_length_exceeded'],
  [503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.', 'upstream_error'],
  [408, 'ModelTimeoutException', 'The model took too long.', 'upstream_timeout'],
] as const;

test("Amazon's exceptions are the gateway's codes, at Converse and at the door to Claude", async (t) => {
  const claude = { kind: 'anthropic', preset: 'anthropic', formats: ['anthropic-messages'] };
  for (const [status, name, message, code] of refusals) {
    const converse = await world(t, refusing(status, name, message));
    assert.equal((await converse.ask('openai-chat')).failure?.code, code, name);
    const door = await world(t, refusing(status, name, message), claude);
    assert.equal((await door.ask('anthropic-messages')).failure?.code, code, name);
  }
});

test('a client of Messages reads Amazon’s refusal at the door to Claude in its own form', async (t) => {
  const claude = { kind: 'anthropic', preset: 'anthropic', formats: ['anthropic-messages'] };
  const { ask } = await world(
    t,
    refusing(400, 'ValidationException', 'Input is too long for requested model.'),
    claude,
  );
  const { failure } = await ask('anthropic-messages');
  const { type, error } = JSON.parse(String(failure?.providerBody));
  assert.deepEqual([type, error.type], ['error', 'invalid_request_error']);
  assert.match(error.message, /^prompt is too long: Input is too long/);
});
