import assert from 'node:assert/strict';
import { type Scope, test } from '#testkit/test.ts';
import {
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  testProvider,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];

/** Azure says first what its filters think of the prompt, in a chunk without a choice. */
const filterEvent =
  'data: {"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}\n\n';
const usageEvent =
  'data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n';

/** A resource of Azure's that is spoken to in the form before v1, at this address. */
async function world(t: Scope, { preset = 'azure-deployments', query = '' } = {}) {
  const got: { url: string; key: unknown }[] = [];
  const origin = new URL(
    await hostileProvider(t, (response, { url = '', headers }, text) => {
      got.push({ url, key: headers['api-key'] });
      const stream = filterEvent + contentEvent('one two') + finishEvent + usageEvent + doneEvent;
      if (text === '') response.end('{"object":"list","data":[{"id":"gpt-5.2","object":"model"}]}');
      else response.end(JSON.parse(text).stream === true ? stream : wholeAnswer);
    }),
  ).origin;
  const path = preset === 'azure' ? '/openai/v1' : '/openai';
  const provider = testProvider('p', `${origin}${path}${query}`, { preset });
  return { got, ...createTestRouter(t, { providers: [provider] }) };
}

test('the deployment stands in the path, with the version that the row names', async (t) => {
  const { ask, got } = await world(t);
  const whole = await ask({ messages });
  const streamed = await ask({ messages, stream: true });
  assert.deepEqual([whole.failure, streamed.failure], [undefined, undefined]);
  const { input, output } = streamed.usage?.usage ?? {};
  assert.deepEqual([input, output, streamed.usage?.estimated], [3, 2, false]);
  const url = '/openai/deployments/m/chat/completions?api-version=2024-10-21';
  assert.deepEqual(got, [
    { url, key: 'sk-secret' },
    { url, key: 'sk-secret' },
  ]);
});

test('the list of models stands beside the deployments', async (t) => {
  const { router, got } = await world(t);
  assert.deepEqual(await router.listUpstreamModels('p'), { models: ['gpt-5.2'], problem: '' });
  assert.deepEqual(
    got.map((each) => each.url),
    ['/openai/models?api-version=2024-10-21'],
  );
});

test('a version in the address wins, in either form of the URL', async (t) => {
  for (const [preset, url] of [
    ['azure-deployments', '/openai/deployments/m/chat/completions?api-version=2025-01-01-preview'],
    ['azure', '/openai/v1/chat/completions?api-version=2025-01-01-preview'],
  ] as const) {
    const { ask, got } = await world(t, { preset, query: '?api-version=2025-01-01-preview' });
    assert.equal((await ask({ messages })).failure, undefined);
    assert.deepEqual(
      got.map((each) => each.url),
      [url],
    );
  }
});
