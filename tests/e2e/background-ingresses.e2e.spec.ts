import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { startTwoIngresses } from './support/two-ingresses.ts';
import { until } from './support/until.ts';

/* A response in the background belongs to no ingress: each shows and streams what another makes, and may end it. */

const gateway = await startTwoIngresses();
afterAll(() => gateway[Symbol.asyncDispose]());
const [here = '', there = ''] = gateway.urls;

test('another ingress than the one that makes a response shows and streams it, and agrees on its end', async () => {
  const { apiKey } = await gateway.customer();
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const call = async (method: string, url: string, body?: object) => {
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    return { status: response.status, text: await response.text() };
  };
  const asked = { model: 'gpt-4o-mini', input: 'Good morning', background: true };

  const begun = await until('the key to be known', async () => {
    const answer = await call('POST', `${here}/v1/responses`, { ...asked, stream: true });
    return answer.status === 401 ? undefined : answer;
  });
  const id = /"id":"(resp_\w+)"/.exec(begun.text)?.[1] ?? assert.fail(begun.text);
  const shown = await until('the other ingress to know the key', async () => {
    const answer = await call('GET', `${there}/v1/responses/${id}`);
    return answer.status === 401 ? undefined : answer;
  });
  assert.deepEqual([shown.status, JSON.parse(shown.text).status], [200, 'completed']);
  const dataOf = (text: string) => text.split('\n').filter((line) => line.startsWith('data: '));
  const streamed = await call('GET', `${there}/v1/responses/${id}?stream=true`);
  assert.deepEqual(dataOf(streamed.text), dataOf(begun.text));

  const running = await fetch(`${here}/v1/responses`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...asked, input: 'word '.repeat(500) }),
  });
  const { id: other } = (await running.json()) as { id: string };
  // Whichever of the two ends it first: both say the same.
  const cancelled = await call('POST', `${there}/v1/responses/${other}/cancel`);
  assert.equal(cancelled.status, 200, cancelled.text);
  const ended = JSON.parse((await call('GET', `${here}/v1/responses/${other}`)).text);
  assert.equal(ended.status, JSON.parse(cancelled.text).status);
  await gateway.settled();
});
