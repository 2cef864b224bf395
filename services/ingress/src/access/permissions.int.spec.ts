import assert from 'node:assert/strict';
import type { RoutedModel } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { API_KEY, aKey, model, startTestGateway } from '../testing.ts';

const candidate = (provider: string, name: string) => ({ provider, model: name, priceKey: 'openai/gpt-test' });

const models: readonly RoutedModel[] = [
  { ...model, id: 'gpt-a', candidates: [candidate('openai', 'gpt-a'), candidate('azure', 'gpt-a')] },
  { ...model, id: 'claude-a', candidates: [candidate('anthropic', 'claude-a')] },
  { ...model, id: 'both', candidates: [candidate('azure', 'gpt-a'), candidate('anthropic', 'claude-a')] },
];

const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };

test('the list of models has those that the key may use, by name and by provider', async () => {
  await using gateway = await startTestGateway({ models });
  const listed = async (): Promise<string[]> => {
    const response = await fetch(`${gateway.url}/v1/models`, { headers });
    const { data } = (await response.json()) as { data: { id: string }[] };
    return data.map(({ id }) => id);
  };
  for (const [key, expected] of [
    [{}, ['gpt-a', 'claude-a', 'both']],
    [{ allowedModels: ['gpt-*', 'both'] }, ['gpt-a', 'both']],
    [{ allowedProviders: ['anthropic'] }, ['claude-a', 'both']],
    [{ allowedProviders: ['azure/gpt-*'] }, ['gpt-a', 'both']],
    [{ allowedModels: ['gpt-*'], allowedProviders: ['anthropic'] }, []],
  ] as const) {
    const told = { allowedModels: [], allowedProviders: [], ...key };
    const value = aKey({ allowedModels: [...told.allowedModels], allowedProviders: [...told.allowedProviders] });
    gateway.registry.load({ case: 'key', value });
    assert.deepEqual(await listed(), expected, JSON.stringify(key));
  }
});

test('a request goes only to providers that the key may use', async () => {
  await using gateway = await startTestGateway({ models });
  gateway.registry.load({ case: 'key', value: aKey({ allowedProviders: ['anthropic', 'openai'] }) });
  for (const [name, providers] of [
    ['gpt-a', ['openai']],
    ['both', ['anthropic']],
  ] as const) {
    const body = JSON.stringify({ model: name, messages: [{ role: 'user', content: 'hi' }] });
    await (await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body })).text();
    const asked = gateway.admitted.at(-1)?.candidates.map(({ provider }) => provider);
    assert.deepEqual(asked, providers);
  }
});

test('an answer that was kept for one key is given to another key of the user only where that may use the model', async () => {
  await using gateway = await startTestGateway({ models });
  const narrowKey = `ak_${'n'.repeat(64)}`;
  const narrow = (allowedModels: string[]): void =>
    gateway.registry.load({ case: 'key', value: aKey({ id: 'key-n', apiKey: narrowKey, allowedModels }) });
  const ask = async (apiKey: string, body: string) => {
    const keyed = { ...headers, authorization: `Bearer ${apiKey}`, 'idempotency-key': 'one and the same' };
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers: keyed, body });
    await answer.text();
    return [answer.status, answer.headers.get('idempotent-replayed')];
  };
  const body = JSON.stringify({ model: 'claude-a', messages: [{ role: 'user', content: 'hi' }] });
  assert.deepEqual(await ask(API_KEY, body), [200, null]);
  narrow(['gpt-*']);
  assert.deepEqual(await ask(narrowKey, body), [403, null]);
  assert.deepEqual(await ask(narrowKey, '{'), [400, null]);
  narrow(['claude-*']);
  assert.deepEqual(await ask(narrowKey, body), [200, 'true']);
  assert.equal(gateway.admitted.length, 1);
});

test('behind a proxy that is trusted the address is the one that it names, and from anybody else the peer', async () => {
  const rateLimits = { trustedProxies: ['127.0.0.1'] };
  await using trusting = await startTestGateway({ config: { rateLimits } });
  await using direct = await startTestGateway();
  const ask = async (url: string, forwardedFor: string) =>
    fetch(`${url}/v1/models`, { headers: { ...headers, 'x-forwarded-for': forwardedFor } });
  for (const { registry } of [trusting, direct]) {
    registry.load({ case: 'key', value: aKey({ allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'] }) });
  }
  for (const [address, status] of [
    ['203.0.113.9', 200],
    ['::ffff:203.0.113.9', 200],
    ['2001:db8::1', 200],
    ['203.0.114.9', 403],
    ['6.6.6.6, 203.0.113.9', 200],
    ['203.0.113.9, 6.6.6.6', 403],
  ] as const) {
    const answer = await ask(trusting.url, address);
    assert.equal(answer.status, status, address);
    if (status === 403) assert.match(await answer.text(), /may not be used from (203\.0\.114\.9|6\.6\.6\.6)/);
    assert.equal((await ask(direct.url, address)).status, 403, `${address} is said by a stranger`);
  }
});

test('an endpoint is the path, whatever query and slashes come behind it', async () => {
  await using gateway = await startTestGateway();
  gateway.registry.load({ case: 'key', value: aKey({ allowedEndpoints: ['/v1/usage'] }) });
  const statusOf = async (path: string) => (await fetch(`${gateway.url}${path}`, { headers })).status;
  for (const [path, status] of [
    ['/v1/usage', 200],
    ['/v1/usage/', 200],
    ['/v1/usage?from=2026-01-01', 200],
    ['/v1/models', 403],
    [`/v1/models/${model.id}`, 403],
  ] as const) {
    assert.equal(await statusOf(path), status, path);
  }
});
