import assert from 'node:assert/strict';
import { parseUsd } from '#money/nano-usd.ts';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';

const installation = await install();
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

interface Estimate {
  readonly estimate_usd: string;
  readonly bound_usd: string;
  readonly provider: string;
  readonly price_version: number;
  readonly lines: readonly { readonly unit: string; readonly quantity: number }[];
}

async function post(apiKey: string, path: string, body: object): Promise<Response> {
  return fetch(`${installation.gateway().url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const endpoint = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'What will this cost?' }];

for (const bound of [{ max_tokens: 50 }, {}]) {
  const named = 'max_tokens' in bound ? 'a bound' : 'no bound';
  test(`an estimate with ${named} is what the admission of the same request sets aside, to the nano-dollar`, async () => {
    const { apiKey } = await installation.customer();
    const question = { model: 'gpt-4o-mini', messages, ...bound };
    const response = await post(apiKey, '/v1/cost/estimate', { ...question, endpoint });
    const estimate = (await response.json()) as Estimate;
    assert.equal(response.status, 200, JSON.stringify(estimate));
    const answered = await post(apiKey, endpoint, question);
    assert.equal(answered.status, 200);
    const requestId = answered.headers.get('x-request-id');
    const admissions = await log.events('RequestAdmitted');
    assert.ok(admissions.every(({ data }) => data.requestId !== response.headers.get('x-request-id')));
    const admission = admissions.find(({ data }) => data.requestId === requestId);
    assert.equal(parseUsd(estimate.bound_usd), BigInt(admission?.data.holdNanoUsd ?? 0));
    const [candidate] = admission?.data.candidates ?? [];
    assert.deepEqual([estimate.provider, estimate.price_version], [candidate?.provider, candidate?.priceVersion]);
    assert.ok(parseUsd(estimate.estimate_usd) <= parseUsd(estimate.bound_usd));
    assert.deepEqual(
      estimate.lines.map(({ unit }) => unit),
      ['input', 'output'],
    );
  });
}

test('a user without money is told what a request would cost, and no provider is asked', async () => {
  const { apiKey, balance } = await installation.customer({ creditUsd: '' });
  const response = await post(apiKey, '/v1/cost/estimate', { model: 'gpt-4o-mini', messages, endpoint });
  assert.equal(response.status, 200);
  const { held, charged } = await balance();
  assert.deepEqual([held, charged], [0n, 0n]);
});
