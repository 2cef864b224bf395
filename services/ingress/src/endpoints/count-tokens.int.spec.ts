import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, aKey, model, startTestGateway, type TestGateway, USER_ID } from '../testing.ts';
import { countEndpoints } from './count-tokens.ts';
import { assertErrorOf, questions, urlOf } from './testing.ts';

/** A body that Anthropic's and OpenAI's endpoints take. */
const question = JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'hi' }], input: 'hi' });

function ask(gateway: TestGateway, route: string, body: string, init: RequestInit = {}): Promise<Response> {
  const path = urlOf(route);
  const headers = { 'x-api-key': API_KEY, 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
  return fetch(`${gateway.url}${path}`, { method: 'POST', headers, body, ...init });
}

for (const { path, format, answer, addressOf } of countEndpoints) {
  describe(`POST ${path}`, () => {
    const question = JSON.stringify(questions[format]);

    test('gives the count of the provider that the request would go to, and admits nothing', async () => {
      await using gateway = await startTestGateway();
      const response = await ask(gateway, `${path}?beta=true`, question);
      assert.deepEqual([response.status, await response.json()], [200, answer(12)]);
      assert.equal(response.headers.get('x-gateway-estimated'), null);
      const [counted] = gateway.counted;
      assert.deepEqual([counted?.format, counted?.body.toString()], [format, question]);
      assert.deepEqual(counted?.candidates, model.candidates);
      assert.deepEqual(gateway.admitted, []);
    });

    test('says that no provider counted where none did', async () => {
      await using gateway = await startTestGateway({ count: async () => ({ inputTokens: 7, isEstimate: true }) });
      const response = await ask(gateway, path, question);
      assert.deepEqual(await response.json(), answer(7));
      assert.equal(response.headers.get('x-gateway-estimated'), 'true');
    });

    test('asks nobody for a body that cannot be counted, and names the field', async () => {
      await using gateway = await startTestGateway();
      const [bodies, field] =
        addressOf === undefined
          ? [['{}', '{"model":null}', '{"model":7}', `{"model":"${'m'.repeat(257)}"}`], /model/]
          : [['{}', '{"contents":null}', '{"contents":7}'], /contents/];
      for (const body of bodies) assert.match(await assertErrorOf(path, await ask(gateway, path, body), 400), field);
      await assertErrorOf(path, await ask(gateway, path, '{"model":'), 400);
      const elsewhere = urlOf(path, 'nope');
      await assertErrorOf(path, await ask(gateway, elsewhere, question.replace(model.id, 'nope')), 404);
      assert.deepEqual(gateway.counted, []);
    });

    test('asks those providers only that the key may use', async () => {
      await using gateway = await startTestGateway({
        models: [{ ...model, candidates: [...model.candidates, { provider: 'p2', model: 'm2', priceKey: 'k' }] }],
      });
      gateway.registry.load({ case: 'key', value: aKey({ allowedProviders: ['p2'] }) });
      assert.equal((await ask(gateway, path, question)).status, 200);
      assert.deepEqual(
        gateway.counted[0]?.candidates.map(({ provider }) => provider),
        ['p2'],
      );
    });

    test("passes a refusal on in the client's form", async () => {
      const refusal = {
        code: 'invalid_request',
        message: 'messages[0] is nothing to count',
        param: 'messages[0]',
      } as const;
      await using gateway = await startTestGateway({ count: () => Promise.reject(new Fault(refusal)) });
      assert.equal(await assertErrorOf(path, await ask(gateway, path, question), 400), refusal.message);
    });

    test('asks no longer where the client has left', async () => {
      const asked = Promise.withResolvers<AbortSignal>();
      await using gateway = await startTestGateway({
        async count(_request, signal) {
          asked.resolve(signal);
          await once(signal, 'abort');
          return { inputTokens: 0, isEstimate: true };
        },
      });
      const controller = new AbortController();
      const asking = ask(gateway, path, question, { signal: controller.signal });
      const signal = await Promise.race([asked.promise, asking.then(() => assert.fail('it was answered'))]);
      controller.abort();
      await assert.rejects(asking);
      if (!signal.aborted) await once(signal, 'abort');
    });
  });
}

const responsesPath = '/v1/responses/input_tokens';

test('what belongs to the account at the provider is refused before it is counted, by its field', async () => {
  await using gateway = await startTestGateway();
  const file = { role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] };
  const source = { type: 'file', file_id: 'file-1' };
  const document = { role: 'user', content: [{ type: 'document', source }] };
  for (const [path, fields, words] of [
    [responsesPath, { prompt: { id: 'pmpt_1' } }, /prompt/],
    [responsesPath, { input: [{ type: 'item_reference', id: 'msg_1' }] }, /items to refer to/],
    [responsesPath, { input: [file] }, /file/],
    ['/v1/messages/count_tokens', { messages: [document] }, /file/],
  ] as const) {
    const response = await ask(gateway, path, JSON.stringify({ ...JSON.parse(question), ...fields }));
    assert.match(await assertErrorOf(path, response, 400), words);
  }
  assert.deepEqual(gateway.counted, []);
});

test('a conversation that is gone on from is counted with its turns, its owner’s alone, and nothing is kept', async () => {
  await using gateway = await startTestGateway();
  const input = [JSON.stringify({ role: 'user', content: 'before' })];
  const response = JSON.stringify({ id: 'resp_1', model: 'gpt-test-1', output: [] });
  await gateway.responses.keep({ id: 'resp_1', userId: USER_ID, previousId: null, input, response }, 1);
  await gateway.responses.keep({ id: 'resp_2', userId: 'other', previousId: null, input, response }, 1);
  const body = (id: string) => JSON.stringify({ model: model.id, previous_response_id: id });
  assert.equal((await ask(gateway, responsesPath, body('resp_1'))).status, 200);
  assert.deepEqual(gateway.counted[0]?.parsedBody['input'], [{ role: 'user', content: 'before' }]);
  await assertErrorOf(responsesPath, await ask(gateway, responsesPath, body('resp_2')), 404);
  assert.equal(gateway.counted.length, 1);
});

test('counts and estimates are among the requests that are bounded', async () => {
  await using gateway = await startTestGateway({ config: { requestsInFlightMax: 0 } });
  for (const path of [...countEndpoints.map((row) => row.path), '/v1/cost/estimate']) {
    await assertErrorOf(path, await ask(gateway, path, question), 503);
  }
});
