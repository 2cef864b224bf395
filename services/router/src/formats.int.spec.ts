import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { FrontFormatName } from '#ai/format.ts';
import { describe, type Scope, test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, testProvider } from './testing.ts';

type Spoken = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

const formats: readonly Spoken[] = ['openai-chat', 'openai-responses', 'anthropic-messages'];

const event = (data: object, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
const named = (type: string, fields: object): string => event({ type, ...fields }, type);

/** What a provider of each format answers: "Hello there", of 7 tokens in and 2 out. */
const answers: Readonly<Record<Spoken, { readonly whole: object; readonly events: readonly string[] }>> = {
  'openai-chat': chatAnswer(),
  'openai-responses': responsesAnswer(),
  'anthropic-messages': messagesAnswer(),
};

function chatAnswer() {
  const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
  const head = { id: 'c', object: 'chat.completion', created: 1, model: 'm' };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    event({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });
  const message = { role: 'assistant', content: 'Hello there' };
  return {
    whole: { ...head, choices: [{ index: 0, message, finish_reason: 'stop' }], usage },
    events: [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hello' }),
      chunk({ content: ' there' }),
      chunk({}, 'stop'),
      event({ ...head, object: 'chat.completion.chunk', choices: [], usage }),
      'data: [DONE]\n\n',
    ],
  };
}

function responsesAnswer() {
  const part = { type: 'output_text', text: 'Hello there', annotations: [], logprobs: [] };
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [part] };
  const usage = {
    input_tokens: 7,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 2,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 9,
  };
  const response = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    error: null,
    incomplete_details: null,
  };
  const whole = { ...response, status: 'completed', output: [item], usage };
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const place = { output_index: 0, item_id: 'msg_1', content_index: 0 };
  const delta = (text: string, sequence_number: number) =>
    named('response.output_text.delta', { ...place, delta: text, logprobs: [], sequence_number });
  return {
    whole,
    events: [
      named('response.created', { response: begun, sequence_number: 0 }),
      named('response.output_item.added', { output_index: 0, item: { ...item, content: [] }, sequence_number: 1 }),
      named('response.content_part.added', { ...place, part: { ...part, text: '' }, sequence_number: 2 }),
      delta('Hello', 3),
      delta(' there', 4),
      named('response.output_text.done', { ...place, text: 'Hello there', logprobs: [], sequence_number: 5 }),
      named('response.content_part.done', { ...place, part, sequence_number: 6 }),
      named('response.output_item.done', { output_index: 0, item, sequence_number: 7 }),
      named('response.completed', { response: whole, sequence_number: 8 }),
    ],
  };
}

function messagesAnswer() {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null };
  const delta = (text: string) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  return {
    whole: {
      ...message,
      content: [{ type: 'text', text: 'Hello there' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 7, output_tokens: 2 },
    },
    events: [
      named('message_start', {
        message: { ...message, content: [], stop_reason: null, usage: { input_tokens: 7, output_tokens: 1 } },
      }),
      named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      delta('Hello'),
      delta(' there'),
      named('content_block_stop', { index: 0 }),
      named('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } }),
      named('message_stop', {}),
    ],
  };
}

const user = [{ role: 'user', content: 'Hi' }];
const bodies: Readonly<Record<Spoken, object>> = {
  'openai-chat': { messages: user },
  'openai-responses': { input: 'Hi' },
  'anthropic-messages': { messages: user, max_tokens: 100 },
};

interface Document {
  readonly choices?: readonly {
    readonly message?: { readonly content?: string };
    readonly delta?: { readonly content?: string };
  }[];
  readonly output?: readonly { readonly content?: readonly { readonly text?: string }[] }[];
  readonly content?: readonly { readonly text?: string }[];
  readonly delta?: string | { readonly text?: string };
  readonly usage?: { readonly input_tokens?: number; readonly prompt_tokens?: number };
}

/** How a client of each format reads what it gets. */
const clients: Readonly<
  Record<
    Spoken,
    {
      readonly whole: (document: Document) => string;
      readonly delta: (event: Document) => string;
      readonly end: RegExp;
    }
  >
> = {
  'openai-chat': {
    whole: ({ choices }) => choices?.[0]?.message?.content ?? '',
    delta: ({ choices }) => choices?.[0]?.delta?.content ?? '',
    end: /data: \[DONE\]\n\n$/,
  },
  'openai-responses': {
    whole: ({ output }) => output?.flatMap(({ content = [] }) => content.map(({ text = '' }) => text)).join('') ?? '',
    delta: ({ delta }) => (typeof delta === 'string' ? delta : ''),
    end: /event: response\.completed\ndata: .*\n\n$/,
  },
  'anthropic-messages': {
    whole: ({ content }) => content?.map(({ text = '' }) => text).join('') ?? '',
    delta: ({ delta }) => (typeof delta === 'object' ? (delta.text ?? '') : ''),
    end: /event: message_stop\ndata: .*\n\n$/,
  },
};

function streamed(sse: string, client: Spoken): string {
  const datas = sse.split('\n').filter((line) => line.startsWith('data: {'));
  return datas.map((line) => clients[client].delta(JSON.parse(line.slice('data: '.length)))).join('');
}

/** A router before one provider of a format, and the bodies that the provider got. */
async function world(t: Scope, spoken: Spoken, answer?: (response: ServerResponse, isStream: boolean) => void) {
  const got: { path: string; body: Record<string, unknown>; headers: NodeJS.Dict<string | string[]> }[] = [];
  const baseUrl = await hostileProvider(t, (response, request, text) => {
    const body = JSON.parse(text);
    got.push({ path: request.url ?? '', body, headers: request.headers });
    if (answer !== undefined) answer(response, body.stream === true);
    else response.end(body.stream === true ? answers[spoken].events.join('') : JSON.stringify(answers[spoken].whole));
  });
  const kind = spoken === 'anthropic-messages' ? 'anthropic' : 'openai';
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { kind, formats: [spoken] })] });
  return {
    got,
    ask: (client: FrontFormatName, body: object, request: object = {}) =>
      ask({ ...body }, { request: { format: client, ...request } }),
  };
}

for (const [client, spoken] of formats.flatMap((client) => formats.map((spoken) => [client, spoken] as const))) {
  describe(`a client of ${client} before a provider of ${spoken}`, () => {
    test('gets a whole answer in its own format, charged as the provider reports', async (t) => {
      const { ask } = await world(t, spoken);
      const { text, failure, usage } = await ask(client, bodies[client]);
      assert.equal(failure, undefined);
      assert.equal(clients[client].whole(JSON.parse(text)), 'Hello there');
      assert.deepEqual(
        [usage?.usage.input, usage?.usage.output, usage?.estimated, usage?.format],
        [7, 2, false, spoken],
      );
      assert.notEqual(usage?.reportedUsage, '');
      if (client === spoken) assert.equal(text, JSON.stringify(answers[spoken].whole), 'byte for byte');
    });

    test('gets a stream in its own format, whose end comes last', async (t) => {
      const { ask } = await world(t, spoken);
      const { text, failure, usage } = await ask(client, { ...bodies[client], stream: true });
      assert.equal(failure, undefined);
      assert.equal(streamed(text, client), 'Hello there');
      assert.match(text, clients[client].end);
      assert.deepEqual(
        [usage?.usage.input, usage?.usage.output, usage?.estimated, usage?.format],
        [7, 2, false, spoken],
      );
    });

    test('gets no end of a stream that breaks, wherever it breaks', async (t) => {
      const { events } = answers[spoken];
      for (let kept = 0; kept < events.length - 1; kept += 1) {
        const { ask } = await world(t, spoken, (response) => {
          response.write(events.slice(0, kept).join('') || ': nothing\n\n', () => response.destroy());
        });
        const { text, failure } = await ask(client, { ...bodies[client], stream: true });
        assert.notEqual(failure, undefined, `after ${kept} events`);
        assert.doesNotMatch(text, clients[client].end, `after ${kept} events`);
      }
    });

    test('reads a refusal of its request in its own format, in the words of the provider', async (t) => {
      const error = { type: 'invalid_request_error', message: 'The sky is too low.', code: null, param: null };
      const document = spoken === 'anthropic-messages' ? { type: 'error', error } : { error };
      const { ask } = await world(t, spoken, (response) => {
        response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(document));
      });
      const { failure, usage } = await ask(client, bodies[client]);
      assert.deepEqual([failure?.code, failure?.providerStatus], ['upstream_refused', 400]);
      const told = JSON.parse(String(failure?.providerBody));
      assert.equal(told.error.message, 'The sky is too low.');
      assert.equal(told.type, client === 'anthropic-messages' ? 'error' : undefined);
      assert.equal(usage?.outcome, 'OUTCOME_FAILED');
    });

    test('reaches the provider at its path, by its model, with the admitted bound', async (t) => {
      const { ask, got } = await world(t, spoken);
      // Admission has taken the client's own bound, where it names one.
      const outputTokensMax = client === 'anthropic-messages' ? 100 : 1_000;
      await ask(client, { ...bodies[client], model: 'p/m' }, { outputTokensMax });
      const path = got[0]?.path;
      const body = got[0]?.body ?? {};
      const paths = {
        'openai-chat': '/v1/chat/completions',
        'openai-responses': '/v1/responses',
        'anthropic-messages': '/v1/messages',
      };
      assert.deepEqual([path, body['model']], [paths[spoken], 'm']);
      const bound = body['max_tokens'] ?? body['max_completion_tokens'] ?? body['max_output_tokens'];
      assert.equal(bound, outputTokensMax);
    });
  });
}

test('what has no place at a provider is refused by the name that the client gave it, or left out and named', async (t) => {
  const { ask, got } = await world(t, 'openai-responses');
  const body = { ...bodies['anthropic-messages'], stop_sequences: ['x'] };
  const { failure, usage } = await ask('anthropic-messages', body);
  assert.deepEqual([failure?.code, failure?.param, got.length], ['invalid_request', 'stop_sequences', 0]);
  assert.deepEqual([usage?.outcome, usage?.attempts], ['OUTCOME_FAILED', []]);
  const dropped = await ask('anthropic-messages', body, { dropsUnplaced: true });
  const [head] = dropped.frames;
  assert.deepEqual([dropped.failure, head?.kind === 'head' && head.dropped], [undefined, ['stop_sequences']]);
});

test('headers of a client go to a provider that speaks its format, and to no other', async (t) => {
  const headers = { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'x-1' };
  const same = await world(t, 'anthropic-messages');
  await same.ask('anthropic-messages', bodies['anthropic-messages'], { headers });
  assert.deepEqual(
    [same.got[0]?.headers['anthropic-version'], same.got[0]?.headers['anthropic-beta']],
    ['2026-10-21', 'x-1'],
  );
  const other = await world(t, 'openai-responses');
  await other.ask('anthropic-messages', bodies['anthropic-messages'], { headers });
  assert.equal(other.got[0]?.headers['anthropic-version'], undefined);
});

test('text completions and embeddings pass as they are, and are charged as reported', async (t) => {
  const text = JSON.stringify({
    id: 'c',
    object: 'text_completion',
    choices: [{ index: 0, text: 'Hello there', finish_reason: 'stop' }],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  });
  const vectors = JSON.stringify({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.25, -0.5] }],
    model: 'm',
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
  const cases = [
    ['openai-completions', 'chat', '/v1/completions', { prompt: 'Hi' }, text, 2],
    ['openai-embeddings', 'embed', '/v1/embeddings', { input: 'Hi' }, vectors, 0],
  ] as const;
  for (const [format, operation, path, body, document, output] of cases) {
    const paths: string[] = [];
    const baseUrl = await hostileProvider(t, (response, { url = '' }) => {
      paths.push(url);
      response.end(document);
    });
    const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    const asked = await ask(body, { request: { format, operation } });
    assert.deepEqual([asked.failure, asked.text, paths], [undefined, document, [path]], format);
    assert.deepEqual(
      [asked.usage?.usage.input, asked.usage?.usage.output, asked.usage?.estimated],
      [7, output, false],
      format,
    );
  }
});

test('embeddings without a report are estimated from what was sent, and have no output', async (t) => {
  const document = '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25]}],"model":"m"}';
  const baseUrl = await hostileProvider(t, (response) => response.end(document));
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const request = {
    format: 'openai-embeddings',
    operation: 'embed',
    outputTokensMax: 0,
    outputTokensBound: 0,
  } as const;
  const { usage, failure } = await ask({ input: ['one two three', 'four'] }, { request });
  assert.deepEqual([failure, usage?.estimated, usage?.usage.output], [undefined, true, 0]);
  assert.ok(Number(usage?.usage.input) >= 4 && Number(usage?.usage.input) < 20);
});

test('a provider that only embeds answers no chat, and says which endpoint it does not have', async (t) => {
  const { ask } = createTestRouter(t, {
    providers: [testProvider('p', 'http://127.0.0.1:1/v1', { formats: ['openai-embeddings'] })],
  });
  const { failure, usage } = await ask({ messages: [] });
  assert.deepEqual([failure?.code, usage?.attempts.length], ['invalid_request', 0]);
  assert.match(failure?.message ?? '', /'p' speaks no format/);
});
