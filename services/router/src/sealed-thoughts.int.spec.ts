import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { create } from '@bufbuild/protobuf';
import type { FormatName, FrontFormatName } from '#ai/format.ts';
import { ProviderAccountSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { plainPlan, type Strategy } from '#contracts/routing.ts';
import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import { policy } from '#testkit/policy.ts';
import { type Scope, test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, type TestRouter, testProvider } from './testing.ts';

type Spoken = Extract<FormatName, 'openai-responses' | 'anthropic-messages' | 'gemini-generate'>;

const usage = { input_tokens: 7, output_tokens: 2 };
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What a provider of each format answers, with thoughts that only one account can read. */
const answers: Readonly<Record<Spoken, (sealed: string) => JsonObject>> = {
  'openai-responses': (encrypted_content) => ({
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'm',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content },
      {
        type: 'message',
        id: 'm_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
      },
    ],
    usage: { ...usage, total_tokens: 9 },
  }),
  'anthropic-messages': (signature) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      { type: 'thinking', thinking: 'Hm', signature },
      { type: 'text', text: 'Hi' },
    ],
    stop_reason: 'end_turn',
    usage,
  }),
  'gemini-generate': (thoughtSignature) => ({
    candidates: [
      { content: { role: 'model', parts: [{ text: 'Hi', thoughtSignature }] }, finishReason: 'STOP', index: 0 },
    ],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 },
  }),
};

/** The same as a stream. */
function eventsOf(spoken: Spoken, answer: JsonObject): string {
  const named = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  if (spoken === 'gemini-generate') return `data: ${JSON.stringify(answer)}\n\n`;
  if (spoken === 'openai-responses') {
    const items = asArray(answer['output']).map(
      (item, output_index) =>
        named('response.output_item.added', { output_index, item }) +
        named('response.output_item.done', { output_index, item }),
    );
    const begun = { ...answer, status: 'in_progress', output: [], usage: null };
    return [
      named('response.created', { response: begun }),
      ...items,
      named('response.completed', { response: answer }),
    ].join('');
  }
  const block = (index: number, start: object, ...deltas: object[]) =>
    named('content_block_start', { index, content_block: start }) +
    deltas.map((delta) => named('content_block_delta', { index, delta })).join('') +
    named('content_block_stop', { index });
  const signature = asObject(asArray(answer['content'])[0])?.['signature'];
  return [
    named('message_start', { message: { ...answer, content: [], stop_reason: null } }),
    block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'Hm' },
      { type: 'signature_delta', signature },
    ),
    block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'Hi' }),
    named('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
    named('message_stop', {}),
  ].join('');
}

/** The sealed thoughts that a request or an answer has, wherever they stand. */
function sealedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(sealedIn);
  return Object.entries(asObject(value) ?? {}).flatMap(([name, held]) =>
    typeof held === 'string' &&
    ['encrypted_content', 'signature', 'thoughtSignature', 'data'].includes(name) &&
    held !== ''
      ? [held]
      : sealedIn(held),
  );
}

function keyOf({ headers }: IncomingMessage): string {
  return String(headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization).replace('Bearer ', '');
}

const account = (id: string, status = 'active') =>
  create(ProviderAccountSchema, { id, status, weight: 1, apiKeyRef: `env:${id.toUpperCase()}_KEY` });

/** Routers before a provider of two accounts, which refuses thoughts of the other, except that Anthropic's are good at both. */
async function world(t: Scope, spoken: Spoken, routers = 1) {
  const got: { readonly key: string; readonly sealed: readonly string[] }[] = [];
  const down = new Set<string>();
  const url = await hostileProvider(t, (response, request, text) => {
    const key = keyOf(request);
    const sealed = sealedIn(parseObject(text));
    got.push({ key, sealed });
    const isForeign = (each: string) => Buffer.from(each, 'base64').toString() !== `thoughts of ${key}`;
    if (down.has(key)) response.writeHead(503).end('{}');
    else if (spoken !== 'anthropic-messages' && sealed.some(isForeign))
      response.writeHead(400).end('{"error":{"message":"sealed"}}');
    else {
      const answer = answers[spoken](base64(`thoughts of ${key}`));
      const isStream = text.includes('"stream":true') || String(request.url).includes('streamGenerate');
      if (isStream) response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(isStream ? eventsOf(spoken, answer) : JSON.stringify(answer));
    }
  });
  const kind = spoken === 'anthropic-messages' ? 'anthropic' : 'openai';
  const p = testProvider('p', url, {
    kind,
    formats: [spoken],
    apiKeyRef: '',
    retriesMax: 0,
    accounts: [account('a'), account('b')],
  });
  const environment = { A_KEY: 'sk-a', B_KEY: 'sk-b' };
  const all = Array.from({ length: routers }, () => createTestRouter(t, { providers: [p], environment }));
  return { got, down, routers: all, router: all[0] as TestRouter, p };
}

/** A client's turn: it sends the whole answer back in the next. */
interface Client {
  readonly format: FrontFormatName;
  first(): JsonObject;
  next(answer: JsonObject): JsonObject;
}

const user = { role: 'user', content: 'Hi' };
const include = ['reasoning.encrypted_content'];
const says = { role: 'user', parts: [{ text: 'Hi' }] };

const clients: Readonly<Record<string, Client>> = {
  responses: {
    format: 'openai-responses',
    first: () => ({ input: [user], include }),
    next: ({ output }) => ({ input: [user, ...asArray(output), user], include }),
  },
  messages: {
    format: 'anthropic-messages',
    first: () => ({ messages: [user], max_tokens: 100 }),
    next: ({ content }) => ({ messages: [user, { role: 'assistant', content }, user], max_tokens: 100 }),
  },
  gemini: {
    format: 'gemini-generate',
    first: () => ({ contents: [says] }),
    next: ({ candidates }) => ({ contents: [says, asObject(asArray(candidates)[0])?.['content'], says] }),
  },
  chat: {
    format: 'openai-chat',
    first: () => ({ messages: [user], reasoning: { effort: 'low' } }),
    next: ({ choices }) => ({
      messages: [user, asObject(asArray(choices)[0])?.['message'], user],
      reasoning: { effort: 'low' },
    }),
  },
};

const pairs: readonly (readonly [client: string, spoken: Spoken])[] = [
  ['responses', 'openai-responses'],
  ['messages', 'openai-responses'],
  ['chat', 'openai-responses'],
  ['messages', 'anthropic-messages'],
  ['responses', 'anthropic-messages'],
  ['chat', 'anthropic-messages'],
  ['gemini', 'gemini-generate'],
];

function clientNamed(name: string): Client {
  const client = clients[name];
  assert.ok(client !== undefined);
  return client;
}

async function turn(
  { ask }: TestRouter,
  { format }: Client,
  body: JsonObject,
  userId = 'u',
  strategy: Strategy = 'round_robin',
) {
  const plan = { ...plainPlan, strategy };
  const asked = await ask(body, { request: { format, userId, plan, dropsUnplaced: true } });
  assert.equal(asked.failure, undefined, asked.failure?.message);
  const head = asked.frames.find((frame) => frame.kind === 'head');
  const told = head?.kind === 'head' ? head.dropped.includes('sealed_thoughts') : false;
  return { answer: parseObject(asked.text) ?? {}, text: asked.text, told };
}

for (const [name, spoken] of pairs) {
  const client = clientNamed(name);

  test(`${name} before ${spoken}: thoughts go back to the account that made them, at any router`, async (t) => {
    const { got, routers } = await world(t, spoken, 2);
    for (const router of routers) {
      for (let round = 0; round < 3; round += 1) {
        const first = await turn(router, client, client.first());
        assert.ok(sealedIn(first.answer).every((sealed) => sealed.startsWith('gwThink')));
        const maker = got.at(-1)?.key;
        for (const next of routers) {
          const { told } = await turn(next, client, client.next(first.answer));
          const thoughts = [base64(`thoughts of ${maker}`)];
          assert.deepEqual([got.at(-1), told], [{ key: maker, sealed: thoughts }, false]);
        }
      }
    }
    assert.deepEqual(new Set(got.map(({ key }) => key)), new Set(['sk-a', 'sk-b']));
  });

  test(`${name} before ${spoken}: thoughts of another user, and with a damaged tag, are left out and told`, async (t) => {
    const { got, router } = await world(t, spoken);
    const { answer } = await turn(router, client, client.first());
    const second = client.next(answer);
    const damaged = parseObject(JSON.stringify(second).replaceAll(/gwThink(.)..../g, 'gwThink$1zzzz')) ?? {};
    for (const [body, userId] of [
      [second, 'another'],
      [damaged, 'u'],
    ] as const) {
      const { told } = await turn(router, client, body, userId);
      assert.deepEqual([got.at(-1)?.sealed, told], [[], true]);
    }
  });
}

for (const [name, spoken] of [
  ['responses', 'openai-responses'],
  ['chat', 'openai-responses'],
  ['gemini', 'gemini-generate'],
] as const) {
  test(`${name} before ${spoken}: of an account that is disabled or down, thoughts are left out, and an answer comes`, async (t) => {
    const { got, down, router, p } = await world(t, spoken);
    const client = clientNamed(name);
    const { answer } = await turn(router, client, client.first());
    const maker = String(got.at(-1)?.key);
    const other = maker === 'sk-a' ? 'sk-b' : 'sk-a';
    down.add(maker);
    const over = await turn(router, client, client.next(answer));
    assert.deepEqual([got.at(-2)?.key, got.at(-1), over.told], [maker, { key: other, sealed: [] }, true]);
    // What the other one has thought goes to it, though the first is back, and policy would have it first.
    down.clear();
    await turn(router, client, client.next(over.answer), 'u', 'priority');
    assert.deepEqual(got.at(-1), { key: other, sealed: [base64(`thoughts of ${other}`)] });
    const accounts = ['a', 'b'].map((id) => account(id, maker === `sk-${id}` ? 'disabled' : 'active'));
    router.registry.load(policy.provider({ ...p.resource.value, accounts }));
    const gone = await turn(router, client, client.next(answer));
    assert.deepEqual([got.at(-1), gone.told], [{ key: other, sealed: [] }, true]);
  });
}

test('thoughts that are good at any account of their maker go to another one where theirs is down', async (t) => {
  const { got, down, router } = await world(t, 'anthropic-messages');
  const client = clientNamed('messages');
  const { answer } = await turn(router, client, client.first());
  const maker = String(got.at(-1)?.key);
  down.add(maker);
  const { told } = await turn(router, client, client.next(answer));
  assert.notEqual(got.at(-1)?.key, maker);
  assert.deepEqual([got.at(-1)?.sealed, told], [[base64(`thoughts of ${maker}`)], false]);
});

test('a stream is the same bytes but for the tags', async (t) => {
  for (const [name, spoken] of pairs.filter(([client]) => client !== 'chat')) {
    const { got, router } = await world(t, spoken);
    const client = clientNamed(name);
    const format = client.format;
    const body = { ...client.first(), ...(name !== 'gemini' && { stream: true }) };
    const { text } = await router.ask(body, { request: { format, stream: true, dropsUnplaced: true } });
    assert.match(text, /gwThink[AP][0-9a-f]{24}/, `${name} ${spoken}`);
    const plain = text.replaceAll(/gwThink[AP][0-9a-f]{24}/g, '');
    const answer = answers[spoken](base64(`thoughts of ${got.at(-1)?.key}`));
    if (format === spoken) assert.equal(plain, eventsOf(spoken, answer));
  }
});
