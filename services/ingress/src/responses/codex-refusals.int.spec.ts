import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { describe, test } from '#testkit/test.ts';
import { failWith, refuse } from '../completions/testing.ts';
import { API_KEY, model, startTestGateway, type TestGateway } from '../testing.ts';

/*
 * Codex stops at an empty balance, and waits at a rate limit for as long as it is told. Before a stream it reads the status, the
 * type and Retry-After; within one the code and the words of `response.failed`.
 */

const noMoney: Refusal = { code: 'insufficient_balance', message: 'The balance is used up.' };
const tooFast: Refusal = { code: 'rate_limit_exceeded', message: 'Too many requests.', retryAfterMs: 4_200 };

/** As codex-rs has it. */
const DELAY_PATTERN = /try again in\s*(\d+(?:\.\d+)?)\s*(s|ms|seconds?)/i;

const ask = (gateway: TestGateway) =>
  fetch(`${gateway.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', originator: 'codex_cli_rs' },
    body: JSON.stringify({ model: model.id, input: 'hi', stream: true, store: false }),
  });

describe('before a stream, Codex is told', () => {
  test('of an empty balance', async () => {
    await using gateway = await startTestGateway({ admit: refuse(noMoney) });
    const response = await ask(gateway);
    const { error } = (await response.json()) as { error: { type: string; code: string } };
    assert.deepEqual([response.status, error.type], [402, 'insufficient_quota']);
    assert.equal(response.headers.get('retry-after'), null);
  });

  test('of a rate limit, and when to come back', async () => {
    await using gateway = await startTestGateway({ admit: refuse(tooFast) });
    const response = await ask(gateway);
    const { error } = (await response.json()) as { error: { code: string } };
    assert.deepEqual([response.status, error.code], [429, 'rate_limit_exceeded']);
    assert.equal(response.headers.get('retry-after'), '5');
  });
});

const head: CompleteFrame = {
  ...{ kind: 'head', status: 200, contentType: 'text/event-stream', provider: 'p', model: 'm', attempts: 1 },
  ...{ dropped: [], headers: {} },
};
const created: CompleteFrame = {
  kind: 'data',
  data: Buffer.from('event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1"}}\n\n'),
};

/** The error of the last event. */
async function failedWith(refusal: Refusal) {
  await using gateway = await startTestGateway({ frames: failWith(refusal, head, created) });
  const response = await ask(gateway);
  assert.equal(response.status, 200);
  let text = '';
  try {
    for await (const piece of response.body ?? []) text += Buffer.from(piece).toString();
  } catch (error) {
    // The answer is not whole, and its connection is closed so that nobody takes it for that.
    assert.match(String(error), /terminated/);
  }
  const last = text.trimEnd().split('\n\n').at(-1) ?? '';
  assert.match(last, /^event: response\.failed\n/);
  return JSON.parse(last.slice(last.indexOf('data: ') + 'data: '.length)).response.error;
}

describe('within a stream, Codex is told', () => {
  test('of an empty balance', async () => {
    assert.deepEqual(await failedWith(noMoney), { code: 'insufficient_quota', message: noMoney.message });
  });

  test('of a rate limit, and in words how long to wait', async () => {
    const { code, message } = await failedWith(tooFast);
    assert.equal(code, 'rate_limit_exceeded');
    assert.deepEqual(DELAY_PATTERN.exec(message)?.slice(1), ['5', 's']);
  });
});
