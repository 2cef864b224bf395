import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, testProvider, wholeAnswer } from './testing.ts';

test('a provider at a private address is down with the setting that allows it, and another one answers', async (t) => {
  const sound = await hostileProvider(t, (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(wholeAnswer);
  });
  const { router, ask } = createTestRouter(t, {
    providers: [testProvider('inner', 'http://10.0.0.1/v1'), testProvider('outer', sound)],
  });
  const health = (await router.currentHealth()).find(({ provider }) => provider === 'inner');
  assert.match(health?.reason ?? '', /base_url is a private address: .*GATEWAY_PRIVATE_PROVIDERS/);
  const { failure, usage } = await ask({ messages: [] });
  assert.deepEqual([failure, usage?.provider], [undefined, 'outer']);
});

test('one account at a private address is left out, and the others are called', async (t) => {
  const sound = await hostileProvider(t, (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(wholeAnswer);
  });
  const p = testProvider('p', sound);
  const accounts = ['', 'http://192.168.0.1/v1'].map((baseUrl, index) => ({ id: `a${index}`, baseUrl }));
  const { router, ask } = createTestRouter(t, {
    providers: [testProvider('p', sound, { accounts: accounts as typeof p.resource.value.accounts })],
  });
  const [health] = await router.currentHealth();
  assert.match(health?.reason ?? '', /1 of 2 accounts cannot be used: .*private address/);
  assert.equal((await ask({ messages: [] })).failure, undefined);
});

test('the test of a provider says that it is at a private address, and nothing is sent there', async (t) => {
  let calls = 0;
  const here = await hostileProvider(t, (response) => {
    calls += 1;
    response.end(wholeAnswer);
  });
  const { router } = createTestRouter(t, {
    // On this machine, but not within what the wiring allows.
    providers: [testProvider('p', here.replace('127.0.0.1', '[::1]'))],
  });
  const { isOk, message } = await router.testProvider({ providerId: 'p', model: '' });
  assert.equal(isOk, false);
  assert.match(message, /GATEWAY_PRIVATE_PROVIDERS/);
  assert.equal(calls, 0);
});
