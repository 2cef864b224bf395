import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { answerTokensOf } from '#ai/usage.ts';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { expectedCharge } from '../e2e/support/expected-charge.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { metered, meteredOnce } from '../e2e/support/provider-meter.ts';
import { installWithBytes } from './support/byte-installation.ts';
import { writeBytes } from './support/byte-provider.ts';

const installed = await installWithBytes();
const { provider, installation } = installed;
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installed[Symbol.asyncDispose]();
});

/** Eight answers with the odds of twenty alternatives for each of 4,000 tokens: some 50 MB of JSON. */
const huge = { model: 'gpt-4o-mini', n: 8, max_tokens: 4_000, logprobs: true, top_logprobs: 20 } as const;

test('an answer of fifty megabytes is given whole, asked for once, and charged as the provider metered it', async () => {
  const customer = await installation.customer();
  const messages = [{ role: 'user' as const, content: scripted({ chunks: 4_000 }) }];
  const { data, request_id: requestId } = await customer.client.chat.completions
    .create({ ...huge, messages })
    .withResponse();
  assert.deepEqual(
    data.choices.map((choice) => choice.logprobs?.content?.length),
    Array.from({ length: 8 }, () => 4_000),
  );
  await installation.settled();
  const record = await meteredOnce(installation.simulatorUrl, requestId ?? '');
  assert.equal(data.usage?.completion_tokens, answerTokensOf(record.usage));
  assert.equal((await customer.balance()).charged, expectedCharge(record));
});

test('a client that leaves such an answer pays for it, and the provider is asked once', async () => {
  const customer = await installation.customer();
  const messages = [{ role: 'user' as const, content: scripted({ chunks: 4_000, latencyMs: 300 }) }];
  const before = (await metered(installation.simulatorUrl)).length;
  const leaving = new AbortController();
  const asked = customer.client.chat.completions.create({ ...huge, messages }, { signal: leaving.signal });
  setTimeout(() => leaving.abort(), 200);
  await assert.rejects(asked);
  await installation.settled();
  const records = (await metered(installation.simulatorUrl)).slice(before);
  assert.equal(records.length, 1);
  const [record] = records;
  assert.ok(record);
  assert.equal((await customer.balance()).charged, expectedCharge(record));
});

const PIECE = Buffer.alloc(1024 * 1024, 0x61);

/** A message of Anthropic's whose text is longer than what is translated, with its usage after it. */
function writeHugeMessage(megabytes: number) {
  provider.answer = async (socket) => {
    await writeBytes(
      socket,
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n' +
        '{"id":"m","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"',
    );
    for (let i = 0; i < megabytes; i += 1) await writeBytes(socket, PIECE);
    await writeBytes(socket, '"}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":40}}');
    socket.end();
  };
}

test('an answer too long to be translated is asked for once and charged as reported, and the client is told so', async () => {
  writeHugeMessage(40);
  const calls = provider.calls();
  const customer = await installation.customer();
  const asked = customer.client.chat.completions.create({
    model: 'claude-sonnet-4-5',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hi' }],
  });
  await assert.rejects(asked, (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.deepEqual([error.status, error.code], [502, 'upstream_invalid_response']);
    assert.match(error.message, /too long/);
    assert.match(error.message, /charged/);
    return true;
  });
  assert.equal(provider.calls(), calls + 1);
  await installation.settled();
  const expected = expectedCharge({ model: 'claude-sonnet-4-5', usage: { input: 100, output: 40 } });
  assert.equal((await customer.balance()).charged, expected);
  const recorded = (await log.events('UsageRecorded')).filter(({ data }) => data.userId === customer.userId);
  assert.deepEqual(
    recorded.map(({ data }) => [data.outcome, data.estimated, data.attempts.map(({ error }) => error)]),
    [['OUTCOME_CUT', false, ['upstream_invalid_response']]],
  );
});
