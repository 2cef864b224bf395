import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { API_KEY, aKey, startTestGateway, USER_ID } from '../testing.ts';

test('a key reads and deletes answers of those models only that it may use', async () => {
  await using gateway = await startTestGateway();
  for (const name of ['gpt-test', 'gpt-test-1', 'gpt-test-2026-01-31', 'gone-model']) {
    const response = JSON.stringify({ id: name, model: name, output: [] });
    await gateway.responses.keep({ id: name, userId: USER_ID, previousId: null, input: ['{}'], response }, 1);
  }
  const statuses = async (id: string): Promise<number[]> => {
    const ask = async (path: string, method: string): Promise<number> => {
      const headers = { authorization: `Bearer ${API_KEY}` };
      const response = await fetch(`${gateway.url}/v1/responses/${path}`, { method, headers });
      const { error } = (await response.json()) as { error?: { code: string } };
      if (response.status === 403) assert.equal(error?.code, 'model_not_allowed');
      return response.status;
    };
    return [await ask(id, 'GET'), await ask(`${id}/input_items`, 'GET'), await ask(id, 'DELETE')];
  };
  gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['other-*'] }) });
  for (const id of ['gpt-test', 'gpt-test-1', 'gone-model']) assert.deepEqual(await statuses(id), [403, 403, 403]);
  gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['gpt-test'] }) });
  assert.deepEqual(await statuses('gone-model'), [403, 403, 403]);
  // By the client's name, the provider's, and a dated one.
  for (const id of ['gpt-test', 'gpt-test-1', 'gpt-test-2026-01-31']) {
    assert.deepEqual(await statuses(id), [200, 200, 200]);
  }
  gateway.registry.load({ case: 'key', value: aKey() });
  assert.deepEqual(await statuses('gone-model'), [200, 200, 200]);
});

test('a key goes on only from answers of models that it may use', async () => {
  await using gateway = await startTestGateway();
  const kept = { userId: USER_ID, previousId: null, input: ['{"role":"user","content":"Hi"}'] };
  await gateway.responses.keep({ ...kept, id: 'r', response: '{"id":"r","model":"secret-model","output":[]}' }, 1);
  const goOn = async (): Promise<readonly [number, string | undefined]> => {
    const response = await fetch(`${gateway.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-test', input: 'And?', previous_response_id: 'r' }),
    });
    return [response.status, ((await response.json()) as { error?: { param: string } }).error?.param];
  };
  gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['gpt-test'] }) });
  assert.deepEqual(await goOn(), [403, 'previous_response_id']);
  assert.equal(gateway.admitted.length, 0);
  gateway.registry.load({ case: 'key', value: aKey() });
  assert.equal((await goOn())[0], 200);
});
