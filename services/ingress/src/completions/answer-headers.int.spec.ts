import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import { completion, data, done, head, someSettings, startTestGateway } from '../testing.ts';
import { failWith, post, question } from './testing.ts';

const told = {
  ...head('application/json'),
  attempts: 2,
  dropped: ['logit_bias', 'metadata.größe'],
  headers: { 'x-ratelimit-provider': 'slow', 'bad name': 'x', broken: 'a\r\nb' },
} as CompleteFrame;

const summary = { provider: 'simulator', model: 'gpt-test-1', inputTokens: 5, outputTokens: 2, estimated: false };
const end: CompleteFrame = { kind: 'end', summary: { ...summary, costNanoUsd: 1_234_567n } };

describe('headers of an answer', () => {
  test('say who gave it after how many calls, what was left out, and what it costs to the nano-dollar', async () => {
    await using gateway = await startTestGateway({
      async *frames() {
        yield* [told, data(completion), end];
      },
    });
    const { headers } = await post(gateway, JSON.stringify(question));
    const seen = (name: string): string | null => headers.get(name);
    assert.equal(seen('x-gateway-provider'), 'simulator');
    assert.equal(seen('x-gateway-attempts'), '2');
    assert.equal(seen('x-gateway-dropped'), 'logit_bias, metadata.gr%C3%B6%C3%9Fe');
    assert.equal(seen('x-gateway-cost-usd'), '0.001234567');
    assert.equal(seen('x-ratelimit-provider'), 'slow');
    assert.equal(seen('broken'), null);
  });

  test('of a stream say the cost where it is known with the head, and nothing of it where it is not', async () => {
    for (const [costNanoUsd, cost] of [
      [5n, '0.000000005'],
      [undefined, null],
    ] as const) {
      await using gateway = await startTestGateway({
        async *frames() {
          yield { ...told, contentType: 'text/event-stream', costNanoUsd } as CompleteFrame;
          yield* [done, end];
        },
      });
      const response = await post(gateway, JSON.stringify({ ...question, stream: true }));
      assert.equal(response.headers.get('x-gateway-cost-usd'), cost);
      assert.equal(response.headers.get('x-gateway-attempts'), '2');
      await response.text();
    }
  });

  test('of a document that a provider refused with say when to come again', async () => {
    const providerBody = Buffer.from('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}');
    await using gateway = await startTestGateway({
      frames: failWith({
        code: 'upstream_rate_limited',
        message: 'm',
        retryAfterMs: 3_000,
        providerBody,
        providerStatus: 529,
      }),
    });
    const response = await post(gateway, JSON.stringify(question));
    assert.equal(response.status, 529);
    assert.equal(response.headers.get('retry-after'), '3');
    assert.equal(await response.text(), providerBody.toString());
  });
});

describe('what a request says in headers', () => {
  test('goes to the router: fields without a place are dropped, and the cost is told', async () => {
    await using gateway = await startTestGateway();
    const ask = (headers: Record<string, string>) => post(gateway, JSON.stringify(question), { headers });
    await ask({});
    await ask({ 'x-gateway-unplaced-fields': 'drop', 'x-gateway-usage-cost': 'TRUE' });
    gateway.registry.load({ case: 'settings', value: someSettings({ unplacedFields: 'drop' }) });
    await ask({});
    await ask({ 'x-gateway-unplaced-fields': 'refuse' });
    assert.deepEqual(
      gateway.completed.map(({ request: { dropsUnplaced, tellsCost } }) => [dropsUnplaced, tellsCost]),
      [
        [false, false],
        [true, true],
        [true, false],
        [false, false],
      ],
    );
  });
});
