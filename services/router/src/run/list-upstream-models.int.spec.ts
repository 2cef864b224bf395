import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { type Scope, test } from '#testkit/test.ts';
import { simulatorFor } from '../../../../tools/simulator/src/testing.ts';
import { createTestRouter, hostileProvider, testProvider } from '../testing.ts';

async function listOf(t: Scope, answer: Parameters<typeof hostileProvider>[1], kind = 'openai') {
  const baseUrl = await hostileProvider(t, answer);
  const { router } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { kind })] });
  return router.listUpstreamModels('p');
}

const page = (ids: readonly string[], more: object = {}) =>
  JSON.stringify({ data: ids.map((id) => ({ id })), ...more });

test('the list of the simulator is read in both forms', async (t) => {
  const url = await simulatorFor(t);
  const { router } = createTestRouter(t, {
    providers: [testProvider('open', `${url}/v1`), testProvider('claude', url, { kind: 'anthropic' })],
  });
  const open = await router.listUpstreamModels('open');
  assert.equal(open.problem, '');
  assert.ok(open.models.includes('gpt-4o-mini') && open.models.includes('claude-haiku-4-5'));
  const claude = await router.listUpstreamModels('claude');
  assert.deepEqual([claude.problem, claude.models.includes('gpt-4o')], ['', false]);
});

test('it is asked for with the key of the provider, without a body, and page after page', async (t) => {
  const asked: (string | undefined)[] = [];
  const list = await listOf(
    t,
    (response, { method, url, headers }, body) => {
      asked.push(`${method} ${url} ${headers['x-api-key']} ${headers['anthropic-version']} ${body.length}`);
      const isFirst = !url?.includes('after_id');
      response.end(isFirst ? page(['a', 'b'], { has_more: true, last_id: 'b' }) : page(['c'], { has_more: false }));
    },
    'anthropic',
  );
  assert.deepEqual(list, { models: ['a', 'b', 'c'], problem: '' });
  assert.deepEqual(asked, [
    'GET /v1/models?limit=1000 sk-secret 2023-06-01 0',
    'GET /v1/models?limit=1000&after_id=b sk-secret 2023-06-01 0',
  ]);
});

test('a hostile answer is a problem in words, and never a list', async (t) => {
  const long = page(Array.from({ length: 300_000 }, (_, at) => `model-number-${at}-with-a-long-name`));
  for (const [answer, problem] of [
    [{ body: 'hello' }, /no list of models/],
    [{ body: '<!doctype html><html></html>' }, /no list of models/],
    [{ body: '{"object":"list","data":[{"name":7}]}' }, /no list of models/],
    [{ body: long }, /longer than 4194304 bytes/],
    [{ body: gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), encoding: 'gzip' }, /longer than 4194304 bytes/],
    [{ body: page(['a'], { has_more: true, last_id: 'a' }) }, /no end: 20 pages/],
    [{ body: '{"error":{"message":"bad key sk-secret"}}', status: 401 }, /HTTP 401.*api_key_ref/],
    [{ body: '', status: 404 }, /has no list of models there/],
    [{ body: '', status: 302 }, /base_url/],
    [{ body: '', status: 503 }, /HTTP 503/],
  ] as const) {
    const list = await listOf(t, (response) => {
      response.statusCode = 'status' in answer ? answer.status : 200;
      if ('encoding' in answer) response.setHeader('content-encoding', answer.encoding);
      response.end(answer.body);
    });
    assert.deepEqual(list.models, []);
    assert.match(list.problem, problem);
    assert.ok(!list.problem.includes('sk-secret'));
  }
  const tooMany = await listOf(t, (response) => response.end(page(Array.from({ length: 5_001 }, (_, at) => `m${at}`))));
  assert.match(tooMany.problem, /more than 5000/);
});

test('a provider that breaks off, cannot be reached, is down or is none says so', async (t) => {
  const broken = await listOf(t, (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{"data":[');
    response.socket?.destroy();
  });
  assert.match(broken.problem, /connection broke|No answer came/);
  const { router } = createTestRouter(t, {
    providers: [
      testProvider('nobody', 'http://127.0.0.1:1/v1'),
      testProvider('keyless', 'http://127.0.0.1:1/v1', { apiKeyRef: 'env:UNSET_KEY' }),
      testProvider('off', 'http://127.0.0.1:1/v1', { status: 'disabled' }),
    ],
  });
  const problemOf = async (providerId: string) => (await router.listUpstreamModels(providerId)).problem;
  assert.match(await problemOf('nobody'), /ECONNREFUSED/);
  assert.match(await problemOf('keyless'), /UNSET_KEY is not set/);
  assert.match(await problemOf('off'), /disabled/);
  assert.match(await problemOf('none'), /no such provider/);
});
