import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';

const installation = await install({
  settings: { rateLimits: { perUser: { requestsPerMinute: 1, burst: 3 }, perIp: { requestsPerMinute: 1, burst: 12 } } },
});
afterAll(() => installation[Symbol.asyncDispose]());

test('a user over its rate is told so in OpenAI’s way, and nobody else is', async () => {
  const [first, second] = [await installation.customer(), await installation.customer()];
  const ask = ({ client }: typeof first) =>
    client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
  for (let request = 0; request < 3; request += 1) await ask(first);
  await assert.rejects(ask(first), (error: unknown) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.code, 'rate_limit_exceeded');
    assert.match(error.message, /this user: 1 requests a minute\. Try again in \d+ s/);
    assert.ok(Number(error.headers.get('retry-after')) >= 1);
    return true;
  });
  await ask(second);
  await installation.settled();
  assert.equal((await first.balance()).held, 0n);
});

test('guessing keys is throttled by address', async () => {
  const { url } = installation.gateway();
  const guess = async () =>
    (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ak_${'x'.repeat(64)}` } })).status;
  const statuses: number[] = [];
  for (let tries = 0; tries < 20; tries += 1) statuses.push(await guess());
  assert.ok(statuses.includes(401));
  assert.equal(statuses.at(-1), 429);
});
