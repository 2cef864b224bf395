import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { CompleteFrame } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import {
  API_KEY,
  aborted,
  chunk,
  done,
  end,
  head,
  model,
  SNAPSHOT,
  startTestGateway,
  type TestGateway,
  USER_ID,
} from './testing.ts';

const clientOf = (gateway: TestGateway): OpenAI =>
  new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: API_KEY, maxRetries: 0 });

const streamed = { model: model.id, messages: [{ role: 'user' as const, content: 'hi' }], stream: true as const };

async function json(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.json() };
}

describe('GET /v1/models', () => {
  test('lists the models that have a price, and gives one by its name, slashes included', async () => {
    await using gateway = await startTestGateway();
    const { models } = clientOf(gateway);
    const names: string[] = [];
    for await (const each of models.list()) names.push(each.id);
    assert.deepEqual(names, [model.id, 'vendor/gpt-slash']);
    assert.deepEqual(await models.retrieve(model.id), {
      id: model.id,
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'openai',
    });
    assert.equal((await models.retrieve('vendor/gpt-slash')).id, 'vendor/gpt-slash');
    const plain = await json(`${gateway.url}/v1/models/vendor/gpt-slash`, { 'api-key': API_KEY });
    assert.equal(plain.status, 200);
    await assert.rejects(models.retrieve('nope'), OpenAI.NotFoundError);
    assert.equal((await json(`${gateway.url}/v1/models`)).status, 401);
  });
});

describe('GET /v1/models/{id}', () => {
  test('answers a dated snapshot with the id that was asked for', async () => {
    await using gateway = await startTestGateway();
    assert.equal((await clientOf(gateway).models.retrieve(SNAPSHOT)).id, SNAPSHOT);
  });
});

describe('GET /v1/usage', () => {
  test('sums what was used, exactly, with the balance', async () => {
    const counts = {
      requests: 1,
      usage: { input: 2, cached_input: 3, cache_write: 1, cache_write_1h: 3, output: 5, reasoning: 6, search: 7 },
    };
    const usage = [
      { day: '2026-01-01', model: model.id, ...counts, amountNanoUsd: 9_007_199_254_740_993n },
      { day: '2026-01-02', model: model.id, ...counts, amountNanoUsd: 1n },
    ];
    await using gateway = await startTestGateway({ usage });
    const { body } = await json(`${gateway.url}/v1/usage?from=2026-01-01&to=2026-01-31`, { 'api-key': API_KEY });
    assert.partialDeepStrictEqual(body, {
      object: 'usage',
      from: '2026-01-01',
      to: '2026-01-31',
      totals: { requests: 2, output_tokens: 10, amount_nano_usd: '9007199254740994', amount_usd: '9007199.254740994' },
      data: [
        { day: '2026-01-01', model: model.id, amount_nano_usd: '9007199254740993' },
        { amount_usd: '0.000000001' },
      ],
      balance: { credited_usd: '0.00', charged_usd: '0.00', held_usd: '0.00', available_usd: '0.00' },
    });
    for (const query of [
      'from=2026-02-30',
      'from=yesterday',
      'from=2026-02-01&to=2026-01-01',
      'from=2020-01-01&to=2026-01-01',
    ]) {
      assert.equal((await json(`${gateway.url}/v1/usage?${query}`, { 'api-key': API_KEY })).status, 400, query);
    }
    assert.equal((await json(`${gateway.url}/v1/usage`)).status, 401);
  });
});

describe('health and metrics', () => {
  test('is ready while every part is, and says which is not', async () => {
    await using ready = await startTestGateway();
    assert.deepEqual(await json(`${ready.url}/health`), {
      status: 200,
      body: { status: 'ok', providers: { simulator: 'closed' } },
    });
    assert.equal((await json(`${ready.url}/health/ready`)).status, 200);
    await using broken = await startTestGateway({ readiness: async () => ({ database: 'no answer', log: 'ok' }) });
    const answer = await json(`${broken.url}/health/ready`);
    assert.equal(answer.status, 503);
    assert.partialDeepStrictEqual(answer.body, { status: 'not_ready', checks: { database: 'no answer', log: 'ok' } });
  });

  test('answers a probe while a part hangs or fails', async () => {
    await using hanging = await startTestGateway({
      config: { readinessTimeoutMs: 20 },
      readiness: () => new Promise(() => undefined),
    });
    assert.equal((await json(`${hanging.url}/health/ready`)).status, 503);
    await using failing = await startTestGateway({ readiness: () => Promise.reject(new Error('secret detail')) });
    const answer = await json(`${failing.url}/health/ready`);
    assert.equal(answer.status, 503);
    assert.ok(!JSON.stringify(answer.body).includes('secret'));
  });

  test('shows the figures of all parts', async () => {
    await using gateway = await startTestGateway();
    const { body } = await json(`${gateway.url}/health/stats`);
    assert.partialDeepStrictEqual(body, {
      ingress: { requests_in_flight: 1, body_bytes_held: 0 },
      providers: [{ provider: 'simulator', is_healthy: true, state: 'closed', in_flight: 0, waiting: 0 }],
      log: { position: '7' },
    });
  });

  test('counts requests, durations, tokens, providers and quotas, and no made-up model', async () => {
    await using gateway = await startTestGateway();
    const client = clientOf(gateway);
    await client.chat.completions.create({ ...streamed, stream: false });
    await assert.rejects(client.chat.completions.create({ ...streamed, model: 'made-up' }));
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const labels = 'route="/v1/chat/completions",model="gpt-test",provider="simulator"';
    assert.ok(text.includes(`gateway_requests_total{${labels},status="200",error="none"} 1`), text);
    assert.ok(text.includes(`gateway_request_duration_seconds_count{${labels}} 1`), text);
    assert.ok(text.includes('gateway_tokens_total{model="gpt-test",provider="simulator",kind="output"} 2'), text);
    assert.ok(text.includes('gateway_provider_health{provider="simulator"} 1'), text);
    assert.ok(text.includes('gateway_provider_state{provider="simulator",state="closed"} 1'), text);
    assert.ok(text.includes('gateway_provider_state{provider="simulator",state="open"} 0'), text);
    assert.ok(text.includes('gateway_quota_users{quota="requests_per_minute",share="0.5"} 0'), text);
    assert.ok(text.includes('gateway_first_byte_seconds_count{model="gpt-test",provider="simulator"} 1'), text);
    assert.ok(text.includes('status="404",error="model_not_found"} 1'), text);
    assert.ok(!text.includes('made-up'), text);
  });
});

test('neither the figures nor the metrics say who the users are', async () => {
  await using gateway = await startTestGateway();
  await clientOf(gateway).chat.completions.create({ ...streamed, stream: false });
  for (const path of ['/metrics', '/health/stats']) {
    const text = await (await fetch(`${gateway.url}${path}`)).text();
    assert.ok(!text.includes(USER_ID) && !text.includes(API_KEY.slice(0, 11)), path);
  }
});

test('where there is a token of the metrics, they are for those who send it', async () => {
  const metricsToken = 'a-token-for-metrics';
  await using gateway = await startTestGateway({ config: { metricsToken } });
  for (const headers of [{}, { authorization: 'Bearer another-token-here' }]) {
    const { status, body } = await json(`${gateway.url}/metrics`, headers as Record<string, string>);
    assert.deepEqual([status, (body as { error: { code: string } }).error.code], [401, 'invalid_metrics_token']);
  }
  const headers = { authorization: `Bearer ${metricsToken}` };
  assert.equal((await fetch(`${gateway.url}/metrics`, { headers })).status, 200);
});

describe('drain', () => {
  test('lets a running stream end, takes no new connection, and closes the old ones', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using gateway = await startTestGateway({
      async *frames() {
        yield head('text/event-stream');
        yield chunk('Hel');
        await released;
        yield* [chunk('lo'), done, end];
      },
    });
    const stream = await clientOf(gateway).chat.completions.create(streamed);
    const drained = gateway.ingress.drain();
    await assert.rejects(fetch(`${gateway.url}/health`), /fetch failed/);
    release();
    let text = '';
    for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
    assert.equal(text, 'Hello');
    await drained;
  });

  test('is seen by probes during the notice, and answers then close their connections', async () => {
    await using gateway = await startTestGateway({ config: { drainNoticeMs: 100 } });
    void gateway.ingress.drain();
    const response = await fetch(`${gateway.url}/health/ready`);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('connection'), 'close');
    assert.partialDeepStrictEqual(await response.json(), { checks: { ingress: 'the gateway is stopping' } });
  });

  test('breaks off what does not end in time, so that the client notices and the router settles', async () => {
    let isSettled = false;
    await using gateway = await startTestGateway({
      config: { drainTimeoutMs: 30 },
      async *frames(_request, signal): AsyncGenerator<CompleteFrame> {
        yield head('text/event-stream');
        yield chunk('Hel');
        await aborted(signal);
        isSettled = true;
        yield end;
      },
    });
    const stream = await clientOf(gateway).chat.completions.create(streamed);
    const drained = gateway.ingress.drain();
    await assert.rejects(async () => {
      for await (const _part of stream);
    }, /stopping/);
    await drained;
    assert.ok(isSettled);
    assert.equal(gateway.framesLeft(), 0);
  });

  test('listening on an address that is taken fails', async () => {
    await using gateway = await startTestGateway();
    await assert.rejects(startTestGateway({ config: { port: Number(new URL(gateway.url).port) } }), /EADDRINUSE/);
  });
});
