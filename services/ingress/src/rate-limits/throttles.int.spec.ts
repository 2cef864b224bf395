import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { ThrottleSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';
import { API_KEY, aKey, aUser, someSettings, startTestGateway, type TestGateway, USER_ID } from '../testing.ts';

const SECOND_KEY = `ak_${'s'.repeat(64)}`;
const OTHER_KEY = `ak_${'o'.repeat(64)}`;
const throttle = (requestsPerMinute: number, burst: number) => create(ThrottleSchema, { requestsPerMinute, burst });

/** Two keys of one user, and one of another. */
async function gatewayOf(config: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startTestGateway(config);
  gateway.registry.load({ case: 'key', value: aKey({ id: 'key-1', apiKey: SECOND_KEY }) });
  gateway.registry.load({ case: 'user', value: aUser({ id: 'user-2' }) });
  gateway.registry.load({ case: 'key', value: aKey({ id: 'key-2', userId: 'user-2', apiKey: OTHER_KEY }) });
  return gateway;
}

const ask = ({ url }: TestGateway, apiKey = API_KEY) =>
  fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${apiKey}` } });

async function statusesOf(gateway: TestGateway, keys: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const key of keys) statuses.push((await ask(gateway, key)).status);
  return statuses;
}

test('throttles of the settings hold from the moment they are set: by key, by user, by address', async () => {
  for (const [settings, whose, expected] of [
    [{ throttlePerKey: throttle(1, 2) }, 'this API key', [200, 200, 429, 200, 200]],
    [{ throttlePerUser: throttle(1, 2) }, 'this user', [200, 200, 429, 429, 200]],
    [{ throttlePerAddress: throttle(1, 2) }, 'this address', [200, 200, 429, 429, 429]],
  ] as const) {
    await using gateway = await gatewayOf();
    assert.deepEqual(await statusesOf(gateway, Array<string>(5).fill(API_KEY)), Array<number>(5).fill(200));
    gateway.registry.load({ case: 'settings', value: someSettings(settings) });
    const keys = [API_KEY, API_KEY, API_KEY, SECOND_KEY, OTHER_KEY];
    assert.deepEqual(await statusesOf(gateway, keys), expected, whose);
    const refused = await ask(gateway);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    assert.match(await refused.text(), new RegExp(`Rate limit reached for ${whose}: 1 requests a minute`));
    gateway.registry.load({ case: 'settings', value: someSettings({}) });
    assert.deepEqual(await statusesOf(gateway, keys), Array<number>(5).fill(200), 'and no longer once they are gone');
  }
});

test('what the settings do not speak of is as configured; a rate of 0 in the settings is no throttle', async () => {
  const rateLimits = { perKey: { requestsPerMinute: 1, burst: 1 }, trustedProxies: [] };
  await using gateway = await gatewayOf({ config: { rateLimits } });
  assert.deepEqual(await statusesOf(gateway, [API_KEY, API_KEY, SECOND_KEY]), [200, 429, 200]);
  gateway.registry.load({ case: 'settings', value: someSettings({ throttlePerUser: throttle(6_000, 0) }) });
  assert.deepEqual(await statusesOf(gateway, [API_KEY, OTHER_KEY]), [429, 200]);
  gateway.registry.load({ case: 'settings', value: someSettings({ throttlePerKey: throttle(0, 0) }) });
  assert.deepEqual(await statusesOf(gateway, [API_KEY, API_KEY, OTHER_KEY]), [200, 200, 200]);
});

test('whoever guesses keys is told to leave off, is counted, and locks nobody out who has a right one', async () => {
  await using gateway = await gatewayOf();
  let answer = await ask(gateway, 'ak_wrong');
  for (let tries = 0; tries < 300 && answer.status === 401; tries += 1) {
    await answer.text();
    answer = await ask(gateway, `ak_${String(tries).padStart(64, '0')}`);
  }
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
  assert.match(await answer.text(), /Too many wrong API keys came from this address/);
  assert.equal((await ask(gateway)).status, 200);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /gateway_locked_out_total\{secret="api_key"\} 1\n/);
  assert.ok(gateway.lines.some(({ msg }) => msg === 'too many wrong API keys from one address'));
  // A key that is paused is no guess.
  gateway.registry.load({ case: 'key', value: aKey({ status: 'paused' }) });
  const paused = await ask(gateway);
  assert.equal(paused.status, 401);
  assert.match(await paused.text(), /paused/);
  assert.equal(gateway.registry.get('key', 'key-0')?.userId, USER_ID);
});
