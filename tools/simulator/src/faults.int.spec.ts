import assert from 'node:assert/strict';
import { request } from 'undici';
import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import { test } from '#testkit/test.ts';
import type { Script } from './script.ts';
import { meteredFor, simulatorFor } from './testing.ts';

const requestId = 'r1';

/** Asks with plain HTTP: what an SDK hides is what these tests are about. */
function ask(url: string, script: Script, stream: boolean, signal?: AbortSignal) {
  return request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer any',
      'x-request-id': requestId,
      'x-simulator-script': JSON.stringify({ text: 'one two three four', ...script }),
    },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function readUntilBreak(body: AsyncIterable<Buffer>): Promise<{ text: string; isBroken: boolean }> {
  let text = '';
  try {
    for await (const part of body) {
      text += part.toString();
    }
    return { text, isBroken: false };
  } catch {
    return { text, isBroken: true };
  }
}

test('a cut stream breaks the connection after the pieces it was told, and is metered as failed at them', async (context) => {
  const url = await simulatorFor(context);
  const { statusCode, body } = await ask(url, { cutAfterChunks: 3 }, true);
  const { text, isBroken } = await readUntilBreak(body);
  assert.equal(statusCode, 200);
  assert.ok(isBroken && text.includes(' three') && !text.includes(' four'));
  const record = await meteredFor(url, requestId);
  assert.equal(record.status, 'failed');
  assert.equal(answerTokensOf(record.usage), 3);
});

test('a cut whole answer breaks the connection before its promised length, and is metered at nothing', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { cutAfterChunks: 0 }, false);
  assert.ok((await readUntilBreak(body)).isBroken);
  const record = await meteredFor(url, requestId);
  assert.deepEqual([record.status, promptTokensOf(record.usage)], ['failed', 0]);
});

test('a stream that ends without [DONE] has everything else, and counts as completed', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { endWithoutDone: true }, true);
  const { text, isBroken } = await readUntilBreak(body);
  assert.ok(!isBroken && text.includes('"finish_reason":"stop"') && !text.includes('[DONE]'));
  assert.equal((await meteredFor(url, requestId)).status, 'completed');
});

test('a cut that ends cleanly looks whole to HTTP and has neither finish reason nor [DONE]', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { endWithoutDone: true, cutAfterChunks: 1 }, true);
  const { text, isBroken } = await readUntilBreak(body);
  assert.ok(!isBroken && text.includes('one') && !text.includes('"stop"') && !text.includes('[DONE]'));
  assert.equal((await meteredFor(url, requestId)).status, 'failed');
});

test('a whole answer may end cleanly in the middle of its JSON', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { endWithoutDone: true, cutAfterChunks: 1 }, false);
  const { text, isBroken } = await readUntilBreak(body);
  assert.equal(isBroken, false);
  assert.throws(() => JSON.parse(text), SyntaxError);
});

test('garbage is a good status with a body nobody can parse', async (context) => {
  const url = await simulatorFor(context);
  const whole = await ask(url, { garbage: true }, false);
  assert.equal(whole.statusCode, 200);
  await assert.rejects(whole.body.json(), SyntaxError);
  const streamed = await ask(url, { garbage: true }, true);
  const lines = (await streamed.body.text()).split('\n').filter((line) => line.startsWith('data: '));
  assert.throws(() => JSON.parse(lines.at(-1)?.slice('data: '.length) ?? ''), SyntaxError);
});

test('a stream with an error in it carries the error as its last event', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { midStreamError: true, cutAfterChunks: 1 }, true);
  const events = (await body.text()).trim().split('\n\n');
  assert.match(events.at(-1) ?? '', /^data: {"error":{.*"type":"server_error"/);
});

test('a hang before the headers lasts until the client goes away, and is metered as aborted at nothing', async (context) => {
  const url = await simulatorFor(context);
  await assert.rejects(ask(url, { hang: 'headers' }, true, AbortSignal.timeout(50)));
  const record = await meteredFor(url, requestId);
  assert.deepEqual([record.status, promptTokensOf(record.usage), answerTokensOf(record.usage)], ['aborted', 0, 0]);
});

test('a client that goes away during the latency is metered as aborted at nothing', async (context) => {
  const url = await simulatorFor(context);
  await assert.rejects(ask(url, { latencyMs: 60_000 }, false, AbortSignal.timeout(50)));
  const record = await meteredFor(url, requestId);
  assert.deepEqual([record.status, promptTokensOf(record.usage)], ['aborted', 0]);
});

test('usage left out is missing from the answer and present in the meter', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { omitUsage: true, usage: { prompt: 9, completion: 8 } }, false);
  assert.ok(!('usage' in ((await body.json()) as object)));
  assert.partialDeepStrictEqual(await meteredFor(url, requestId), {
    status: 'completed',
    usage: { input: 9, output: 8 },
    isUsageOmitted: true,
  });
});

test('scripted usage of a cut stream is metered in proportion to what was sent', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { usage: { prompt: 100, completion: 1000 }, cutAfterChunks: 1 }, true);
  await readUntilBreak(body);
  assert.partialDeepStrictEqual((await meteredFor(url, requestId)).usage, { input: 100, output: 250 });
});

test('delayed pieces arrive one by one', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { chunkDelayMs: 20 }, true);
  let parts = 0;
  for await (const _ of body) {
    parts += 1;
  }
  assert.ok(parts > 1);
});

test('a long stream to a slow reader arrives whole', async (context) => {
  const url = await simulatorFor(context);
  const { body } = await ask(url, { text: 'word '.repeat(1000), chunks: 5000 }, true);
  const text = await body.text();
  assert.equal(text.match(/"content":"[^"]/g)?.length, 5000);
  assert.ok(text.endsWith('data: [DONE]\n\n'));
});

const badRequests: readonly [string, string | null, string][] = [
  ['JSON that does not parse', null, '{'],
  ['a body that is no object', null, '[]'],
  ['no model', 'model', '{"messages":[{"role":"user","content":"Hi"}]}'],
  ['no messages', 'messages', '{"model":"m"}'],
  ['an unknown role', 'messages[0].role', '{"model":"m","messages":[{"role":"god","content":"Hi"}]}'],
  ['no content', 'messages[0].content', '{"model":"m","messages":[{"role":"user"}]}'],
  [
    'a limit that is no number',
    'max_tokens',
    '{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":"many"}',
  ],
  ['an unknown field', 'top_k', '{"model":"m","messages":[{"role":"user","content":"Hi"}],"top_k":1}'],
];

for (const [name, param, sent] of badRequests) {
  test(`${name} is refused in the shape of OpenAI's errors`, async (context) => {
    const url = await simulatorFor(context);
    const headers = { authorization: 'Bearer any' };
    const { statusCode, body } = await request(`${url}/v1/chat/completions`, { method: 'POST', headers, body: sent });
    assert.equal(statusCode, 400);
    assert.partialDeepStrictEqual(await body.json(), { error: { type: 'invalid_request_error', param } });
  });
}

test('a wrong script is refused and says what is wrong', async (context) => {
  const url = await simulatorFor(context);
  const { statusCode, body } = await ask(url, { status: 42 }, false);
  assert.equal(statusCode, 400);
  assert.match(await body.text(), /status has to be a whole number from 400 to 599/);
});

test('a body above the limit is refused with 413', async (context) => {
  const url = await simulatorFor(context);
  const headers = { authorization: 'Bearer any' };
  const body = Buffer.alloc(64 * 1024 * 1024 + 1, ' ');
  const response = await request(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
  assert.equal(response.statusCode, 413);
  await response.body.dump();
});
