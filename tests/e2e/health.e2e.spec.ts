import assert from 'node:assert/strict';
import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { install } from './support/install.ts';
import { meteredOnce } from './support/provider-meter.ts';
import { until } from './support/until.ts';

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());
const { client, userId, keyId } = await installation.customer({ requestsPerMinute: 1_000 });
const messages = [{ role: 'user' as const, content: 'Hi' }];

async function read(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${installation.gateway().url}${path}`);
  return { status: response.status, text: await response.text() };
}

test('a gateway that runs is alive and ready, to anyone who asks', async () => {
  assert.deepEqual(await read('/health').then(({ status, text }) => [status, JSON.parse(text)]), [
    200,
    { status: 'ok', providers: { 'sim-openai': 'closed', 'sim-anthropic': 'closed' } },
  ]);
  const ready = await read('/health/ready');
  assert.equal(ready.status, 200);
  const { status, checks } = JSON.parse(ready.text);
  assert.equal(status, 'ready');
  assert.equal(checks.ingress, 'ok');
  assert.deepEqual(new Set(Object.values(checks)), new Set(['ok']));
});

test('the stats tell of the log, its projections, holds, providers and memory', async () => {
  await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
  await installation.settled();
  const stats = JSON.parse((await read('/health/stats')).text);
  assert.ok(stats.log.position > 3);
  assert.ok(stats.log.epoch >= 1);
  assert.equal(stats.openHolds, 0);
  assert.ok(Object.keys(stats.projections).includes('quota.accounts'));
  assert.ok(Object.keys(stats.projections).includes('billing.ledger'));
  assert.deepEqual(
    stats.providers.map((each: { provider: string; is_healthy: boolean }) => [each.provider, each.is_healthy]),
    [
      ['sim-openai', true],
      ['sim-anthropic', true],
    ],
  );
  assert.ok(stats.memory.rss_bytes > 0);
});

test('the metrics have the promised names and labels', async () => {
  await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
  await fetch(`${installation.gateway().url}/v1/models`);
  const { text } = await read('/metrics');
  const route = 'route="/v1/chat/completions",model="gpt-4o-mini",provider="sim-openai"';
  assert.match(text, new RegExp(`^gateway_requests_total\\{${route},status="200",error="none"\\} [1-9]`, 'm'));
  assert.match(text, /^gateway_requests_total\{route="\/v1\/models".*status="401",error="invalid_api_key"\} 1/m);
  assert.match(text, new RegExp(`^gateway_request_duration_seconds_bucket\\{le="\\+Inf",${route}\\} [1-9]`, 'm'));
  assert.match(text, /^gateway_provider_health\{provider="sim-openai"\} 1$/m);
  assert.match(text, /^gateway_first_byte_seconds_count\{model="gpt-4o-mini",provider="sim-openai"\} [1-9]/m);
  assert.match(text, /^gateway_quota_users\{quota="requests_per_minute",share="0\.5"\} 0$/m);
  assert.match(text, /^gateway_quota_users\{quota="balance",share="1"\} 0$/m);
  assert.ok(!text.includes(userId));
});

test('a provider that keeps failing shows as not healthy, and as healthy when it answers again', async () => {
  const script = { status: 500, key: 'ill', failTimes: 1_000 };
  const ask = (content: string) =>
    client.chat.completions.create({ model: 'claude-haiku-4-5', messages: [{ role: 'user', content }] });
  const health = async (): Promise<string> =>
    /^gateway_provider_health\{provider="sim-anthropic"\} (.*)$/m.exec((await read('/metrics')).text)?.[1] ?? '';
  await until('the provider to be found ill', async () => {
    await assert.rejects(ask(scripted(script)));
    return (await health()) === '0' || undefined;
  });
  await until('the provider to be found well', async () => {
    await ask('Hi').catch(() => undefined);
    return (await health()) === '1' || undefined;
  });
});

for (const stream of [false, true]) {
  test(`a ${stream ? 'streamed' : 'whole'} completion leaves one line of the request and one of its charge`, async () => {
    const body = { model: 'gpt-4o-mini', messages };
    const asked = stream
      ? await client.chat.completions.create({ ...body, stream }).withResponse()
      : await client.chat.completions.create(body).withResponse();
    if (Symbol.asyncIterator in asked.data) await Array.fromAsync(asked.data);
    const requestId = asked.request_id ?? '';
    const linesOfRequest = () =>
      installation
        .gateway()
        .lines.filter((each) => each.includes(requestId))
        .map((each) => JSON.parse(each));
    const charge = await until('the charge', async () => linesOfRequest().find(({ msg }) => msg === 'charge posted'));
    const line = await until('the request', async () => linesOfRequest().find(({ msg }) => msg === 'request'));
    const record = await meteredOnce(installation.simulatorUrl, requestId);
    assert.deepEqual(
      [line.requestId, line.userId, line.keyId, line.provider, line.model, line.status, line.error],
      [requestId, userId, keyId, 'sim-openai', 'gpt-4o-mini', 200, null],
    );
    assert.deepEqual(
      [line.inputTokens, line.outputTokens],
      [promptTokensOf(record.usage), answerTokensOf(record.usage)],
    );
    assert.ok(line.durationMs > 0);
    assert.deepEqual(
      [charge.requestId, charge.userId, charge.costUsd],
      [requestId, userId, formatUsd(expectedCharge(record))],
    );
    assert.ok(!Number.isNaN(Date.parse(line.time)));
    assert.equal(linesOfRequest().length, 2);
  });
}

test('every line of the log is JSON', () => {
  assert.ok(installation.gateway().lines.length > 10);
  for (const line of installation.gateway().lines) JSON.parse(line);
});
