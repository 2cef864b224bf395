import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { policy } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { API_KEY, aKey, model, startTestGateway, type TestGateway } from '../testing.ts';

const DAY_MS = 24 * 3_600_000;
const nowMs = Date.UTC(2026, 11, 1);
const dayText = (days: number): string => new Date(nowMs + days * DAY_MS).toISOString();

const gateway = () => startTestGateway({ clock: () => nowMs });

/** A model of the catalogue, at a provider that has the catalogue's models. */
function startWithSonnet() {
  const sonnet = {
    ...model,
    id: 'claude-sonnet-4-5',
    candidates: [{ provider: 'simulator', model: 'claude-sonnet-4-5', priceKey: 'openai/gpt-test' }],
  };
  return startTestGateway({ clock: () => nowMs, models: [sonnet, model] });
}

const openAi = ({ url }: TestGateway) => new OpenAI({ baseURL: `${url}/v1`, apiKey: API_KEY, maxRetries: 0 });
const anthropic = ({ url }: TestGateway) => new Anthropic({ baseURL: url, apiKey: API_KEY, maxRetries: 0 });

const ask = ({ url }: TestGateway, name: string, path = '/v1/chat/completions') =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: name, messages: [{ role: 'user', content: 'hi' }] }),
  });

const warnings = ({ headers }: Response) => [
  headers.get('deprecation'),
  headers.get('sunset'),
  headers.get('x-gateway-model-successor'),
];

test('a model has what the catalogue knows of it, in both forms, and the official SDKs read it', async () => {
  await using running = await startWithSonnet();
  running.registry.load(policy.provider({ id: 'simulator', catalogue: 'anthropic' }));
  const { _request_id: _id, ...shown } = await openAi(running).models.retrieve('claude-sonnet-4-5');
  assert.deepEqual(shown, {
    id: 'claude-sonnet-4-5',
    object: 'model',
    created: 1_700_000_000,
    owned_by: 'openai',
    context_window: 200_000,
    max_output_tokens: 64_000,
    input_modalities: ['text', 'image', 'file'],
    output_modalities: ['text'],
    capabilities: ['tools', 'structured_output', 'reasoning', 'web_search'],
    deprecated_at: '2026-11-28T00:00:00Z',
    retires_at: '2026-11-30T00:00:00Z',
    shutdown_date: '2026-11-30',
    successor: 'claude-sonnet-5-5',
  });
  assert.partialDeepStrictEqual(await anthropic(running).models.retrieve('claude-sonnet-4-5'), {
    type: 'model',
    lifecycle: 'deprecated',
    deprecated_at: '2026-11-28T00:00:00Z',
    retires_at: '2026-11-30T00:00:00Z',
    max_input_tokens: 200_000,
    max_tokens: 64_000,
  });
});

test('what an operator says of a model is shown, and what nobody knows is not', async () => {
  await using running = await gateway();
  const before = await openAi(running).models.retrieve(model.id);
  assert.ok(!('context_window' in before) && !('retires_at' in before));
  running.registry.load(policy.model({ id: model.id, contextTokens: 9, deprecatedAt: dayText(3) }));
  assert.partialDeepStrictEqual(await openAi(running).models.retrieve(model.id), { context_window: 9 });
  // Deprecated from a later day on: until then it is active.
  const shown = await anthropic(running).models.retrieve(model.id);
  assert.deepEqual(
    [shown.lifecycle, shown.deprecated_at, shown.max_input_tokens, shown.max_tokens],
    ['active', null, 9, null],
  );
});

test("Anthropic's clients list the stages of life that they ask for", async () => {
  await using running = await startWithSonnet();
  running.registry.load(policy.provider({ id: 'simulator', catalogue: 'anthropic' }));
  const idsOf = async (lifecycle: ('active' | 'deprecated' | 'retired')[]) => {
    const { data } = await anthropic(running).models.list({ lifecycle });
    return data.map(({ id }) => id);
  };
  assert.deepEqual(await idsOf(['active']), [model.id]);
  assert.deepEqual(await idsOf(['active', 'deprecated']), ['claude-sonnet-4-5', model.id]);
  assert.deepEqual(await idsOf(['retired']), []);
  const refused = await fetch(`${running.url}/v1/models?lifecycle=dead`, {
    headers: { 'x-api-key': API_KEY, 'anthropic-version': '2023-06-01' },
  });
  assert.equal(refused.status, 400);
});

test('an answer of a model that ends says since when, until when, and what to use instead', async () => {
  await using running = await gateway();
  assert.deepEqual(warnings(await ask(running, model.id)), [null, null, null]);
  const ends = { deprecatedAt: dayText(-10), retiresAt: dayText(20), successor: 'gpt-next' };
  running.registry.load(policy.model({ id: model.id, ...ends }));
  const answered = await ask(running, model.id);
  assert.equal(answered.status, 200);
  const deprecatedS = (nowMs - 10 * DAY_MS) / 1_000;
  assert.deepEqual(warnings(answered), [`@${deprecatedS}`, new Date(nowMs + 20 * DAY_MS).toUTCString(), 'gpt-next']);
  const estimated = await ask(running, model.id, '/v1/cost/estimate');
  assert.equal(warnings(estimated)[2], 'gpt-next');
});

test('a successor that no header can hold is left out of it', async () => {
  await using running = await gateway();
  running.registry.load(policy.model({ id: model.id, retiresAt: dayText(20), successor: 'neu\r\nx: ü' }));
  const answered = await ask(running, model.id);
  assert.equal(answered.status, 200);
  assert.deepEqual(warnings(answered).slice(0, 1).concat(warnings(answered).slice(2)), [null, null]);
});

test('a name that cannot be asked for any more is refused with its successor', async () => {
  await using running = await gateway();
  running.registry.load(policy.model({ id: 'old', status: 'disabled', successor: 'gpt-next' }));
  const refused = await ask(running, 'old');
  assert.equal(refused.status, 404);
  assert.match(JSON.stringify(await refused.json()), /Its successor is `gpt-next`/);
  await assert.rejects(openAi(running).models.retrieve('old'), /Its successor is `gpt-next`/);
  const unknown = await ask(running, 'nope');
  assert.doesNotMatch(await unknown.text(), /successor/);
});

test('a key that may not use a model learns nothing of its end', async () => {
  await using running = await gateway();
  running.registry.load(policy.model({ id: model.id, retiresAt: dayText(20), successor: 'gpt-next' }));
  running.registry.load({ case: 'key', value: aKey({ allowedModels: ['other'] }) });
  const refused = await ask(running, model.id);
  assert.equal(refused.status, 403);
  assert.deepEqual(warnings(refused), [null, null, null]);
});

test('the metric has models in use that end within 30 days, and no others', async () => {
  await using running = await gateway();
  const seriesOf = async () =>
    (await (await fetch(`${running.url}/metrics`)).text())
      .split('\n')
      .filter((line) => line.startsWith('gateway_model_retires_seconds{'));
  running.registry.load(policy.model({ id: model.id, retiresAt: dayText(31) }));
  await ask(running, model.id);
  assert.deepEqual(await seriesOf(), []);
  running.registry.load(policy.model({ id: model.id, retiresAt: dayText(20) }));
  assert.deepEqual(await seriesOf(), [], 'nobody has asked for it');
  await ask(running, model.id);
  assert.deepEqual(await seriesOf(), [`gateway_model_retires_seconds{model="${model.id}"} ${20 * 24 * 3_600}`]);
});
