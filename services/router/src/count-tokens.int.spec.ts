import assert from 'node:assert/strict';
import type { FrontFormatName } from '#ai/format.ts';
import { writeTag } from '#ai/thoughts/thought-tag.ts';
import type { CountTokensRequest } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { type Scope, test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, testProvider } from './testing.ts';

const parsedBody = { model: 'p/m', messages: [{ role: 'user', content: 'one two three' }] };

function requestOf(format: FrontFormatName, body: object = parsedBody): CountTokensRequest {
  const candidates = ['p', 'q'].map((provider) => ({ provider, model: 'm', priceKey: `${provider}/m` }));
  const headers = { 'anthropic-version': '2026-10-21' };
  const bytes = Buffer.from(JSON.stringify(body));
  return { requestId: 'r', format, headers, body: bytes, parsedBody: { ...body }, candidates };
}

/** A router before two providers that answer counts like this, one after the other. */
async function world(
  t: Scope,
  formats: readonly FrontFormatName[],
  ...answers: readonly (readonly [number, string])[]
) {
  const got: { path: string; body: Record<string, unknown>; version: unknown }[] = [];
  const baseUrl = await hostileProvider(t, (response, { url = '', headers }, text, call) => {
    got.push({ path: url, body: JSON.parse(text), version: headers['anthropic-version'] });
    const [status, document] = answers[call - 1] ?? [500, ''];
    response.writeHead(status).end(document);
  });
  const providers = ['p', 'q'].map((name) => testProvider(name, baseUrl, { formats: [...formats] }));
  const { router } = createTestRouter(t, { providers });
  return { got, count: (request: CountTokensRequest) => router.countTokens(request, new AbortController().signal) };
}

test('a provider that speaks the format of the client counts, by its own name of the model', async (t) => {
  for (const [format, path] of [
    ['anthropic-messages', '/v1/messages/count_tokens'],
    ['openai-responses', '/v1/responses/input_tokens'],
  ] as const) {
    const { got, count } = await world(t, [format], [200, '{"input_tokens":41}']);
    assert.deepEqual(await count(requestOf(format)), { inputTokens: 41, isEstimate: false });
    assert.deepEqual(
      got.map(({ path, body }) => [path, body]),
      [[path, { ...parsedBody, model: 'm' }]],
    );
    if (format === 'anthropic-messages') assert.equal(got[0]?.version, '2026-10-21');
  }
});

test('where one does not count the next is asked, and where none does the tokenizer of the gateway counts', async (t) => {
  const second = await world(t, ['anthropic-messages'], [404, 'Not Found'], [200, '{"input_tokens":7}']);
  assert.deepEqual(await second.count(requestOf('anthropic-messages')), { inputTokens: 7, isEstimate: false });
  for (const answer of [
    [404, ''],
    [200, '{"input_tokens":"many"}'],
    [200, '<html>'],
  ] as const) {
    const { got, count } = await world(t, ['anthropic-messages'], answer, answer);
    assert.deepEqual(await count(requestOf('anthropic-messages')), { inputTokens: 7, isEstimate: true });
    assert.equal(got.length, 2);
  }
  const other = await world(t, ['openai-chat']);
  assert.deepEqual(await other.count(requestOf('anthropic-messages')), { inputTokens: 7, isEstimate: true });
  assert.equal(other.got.length, 0);
});

test('a request that a provider finds at fault is refused in its words, without the key of the gateway', async (t) => {
  const refusal = (message: string) =>
    JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } });
  const { count, got } = await world(t, ['anthropic-messages'], [400, refusal('messages: too few')]);
  await assert.rejects(count(requestOf('anthropic-messages')), (thrown: unknown) => {
    assert.ok(thrown instanceof Fault);
    assert.deepEqual([thrown.code, thrown.refusal.message], ['upstream_refused', 'messages: too few']);
    return true;
  });
  assert.equal(got.length, 1);
  const leaky = await world(t, ['anthropic-messages'], [400, refusal('bad key sk-secret')], [404, '']);
  assert.equal((await leaky.count(requestOf('anthropic-messages'))).isEstimate, true);
});

test('the tokenizer counts the texts of every format, and pictures without their bytes', async (t) => {
  const { count } = await world(t, []);
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(100_000) } };
  const bodies: readonly [FrontFormatName, object][] = [
    [
      'anthropic-messages',
      { system: 'one two three', messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
    ],
    ['openai-responses', { instructions: 'one two three', input: 'Hi' }],
    ['openai-chat', { messages: [{ role: 'user', content: 'one two three Hi' }] }],
    ['openai-completions', { prompt: ['one two three Hi'] }],
  ];
  for (const [format, body] of bodies) {
    const { inputTokens } = await count(requestOf(format, body));
    assert.ok(inputTokens >= 4 && inputTokens < 12, `${format} ${inputTokens}`);
  }
  const { inputTokens } = await count(
    requestOf('anthropic-messages', { messages: [{ role: 'user', content: [picture] }] }),
  );
  assert.ok(inputTokens > 500 && inputTokens < 1_000, `${inputTokens}`);
});

test('a provider counts what it would be sent: nothing of the answer, of kept state, or of the thoughts of other models', async (t) => {
  const proof = `gateway-proof:${'x'.repeat(8)}`;
  const thought = { type: 'reasoning', summary: [], encrypted_content: proof };
  const said = { role: 'user', content: 'Hi' };
  const responses = await world(t, ['openai-responses'], [200, '{"input_tokens":3}']);
  const gateways = { previous_response_id: 'resp_1', usage: { include: true }, store: true, stream: true };
  const body = { ...gateways, model: 'p/m', input: [thought, said], instructions: 'Be', max_output_tokens: 9 };
  await responses.count(requestOf('openai-responses', body));
  assert.deepEqual(responses.got[0]?.body, { model: 'm', input: [said], instructions: 'Be' });
  const messages = await world(t, ['anthropic-messages'], [200, '{"input_tokens":3}']);
  await messages.count(requestOf('anthropic-messages', { ...parsedBody, max_tokens: 9, stream: true }));
  assert.deepEqual(messages.got[0]?.body, { ...parsedBody, model: 'm' });
});

/** A router before two providers that never answer. */
async function silentWorld(t: Scope, limits: { countMaxMs: number }) {
  let calls = 0;
  const baseUrl = await hostileProvider(t, () => {
    calls += 1;
  });
  const providers = ['p', 'q'].map((name) => testProvider(name, baseUrl, { formats: ['anthropic-messages'] }));
  const { router } = createTestRouter(t, { providers, ...limits });
  return { router, calls: () => calls };
}

test('one deadline is over all candidates, after which the tokenizer counts', async (t) => {
  const { router, calls } = await silentWorld(t, { countMaxMs: 100 });
  const counted = await router.countTokens(requestOf('anthropic-messages'), new AbortController().signal);
  assert.deepEqual([counted, calls()], [{ inputTokens: 7, isEstimate: true }, 1]);
});

test('a provider that has its most counts at once is not asked for another, and is again once they are over', async (t) => {
  const { router, calls } = await silentWorld(t, { countMaxMs: 60_000 });
  const controller = new AbortController();
  const atOnce = Array.from({ length: 32 }, () =>
    router.countTokens(requestOf('anthropic-messages'), controller.signal),
  );
  const more = await router.countTokens(requestOf('anthropic-messages'), new AbortController().signal);
  assert.deepEqual(more, { inputTokens: 7, isEstimate: true });
  while (calls() < 32) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  await Promise.all(atOnce);
  const last = new AbortController();
  const again = router.countTokens(requestOf('anthropic-messages'), last.signal);
  while (calls() < 33) await new Promise((resolve) => setTimeout(resolve, 5));
  last.abort();
  assert.equal((await again).isEstimate, true);
});

test('a prompt is counted without tags of thoughts, and without those that only one account can read', async (t) => {
  const { got, count } = await world(t, ['anthropic-messages'], [200, '{"input_tokens":41}']);
  const [anyones, ones] = [true, false].map((isPortable) =>
    writeTag({ userId: 'u', provider: 'p', account: '' }, isPortable),
  );
  const thought = (signature: string) => ({ type: 'thinking', thinking: 'Hm', signature });
  const said = (...content: object[]) => ({
    ...parsedBody,
    messages: [...parsedBody.messages, { role: 'assistant', content: [...content, { type: 'text', text: 'Hi' }] }],
  });
  const body = said(thought(`${anyones}c2ln`), thought(`${ones}c2ln`));
  assert.equal((await count(requestOf('anthropic-messages', body))).inputTokens, 41);
  assert.deepEqual(got[0]?.body, { ...said(thought('c2ln')), model: 'm' });
});
