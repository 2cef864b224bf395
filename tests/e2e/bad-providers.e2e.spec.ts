import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { afterAll, test } from '#testkit/test.ts';
import type { Script } from '../../tools/simulator/src/script.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { gatewayctl } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';

/** Short, so that a provider that hangs is given up soon; the hold outlives that, and the wait for a usage after it. */
const REQUEST_TIMEOUT_MS = 1_500;
const HOLD_TTL_MS = 5_500;

const installation = await install({
  environment: { GATEWAY_REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`, GATEWAY_HOLD_TTL_MS: `${HOLD_TTL_MS}` },
});
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

const models = ['gpt-4o-mini', 'claude-haiku-4-5'];

interface Fault {
  readonly what: string;
  readonly script: Script;
  readonly status: number;
  readonly code: string;
}

/** Of an answer in one piece: nothing was sent to the client yet, so each is a status. */
const wholeFaults: readonly Fault[] = [
  { what: 'answers garbage', script: { garbage: true }, status: 502, code: 'upstream_invalid_response' },
  { what: 'hangs', script: { hang: 'headers' }, status: 504, code: 'upstream_timeout' },
  { what: 'hangs within its answer', script: { hang: 'mid-stream' }, status: 504, code: 'upstream_timeout' },
  { what: 'cuts its answer', script: { cutAfterChunks: 1 }, status: 502, code: 'upstream_cut' },
  { what: 'limits the rate', script: { status: 429, retryAfterS: 9 }, status: 429, code: 'upstream_rate_limited' },
  { what: 'fails', script: { status: 500 }, status: 502, code: 'upstream_error' },
  { what: 'refuses the gateway', script: { status: 403 }, status: 502, code: 'upstream_unauthorized' },
];

/** Before a stream has begun: the same. */
const earlyFaults = wholeFaults.filter(({ script }) => script.status !== undefined || script.hang === 'headers');

/** Within a stream, after the client has seen a part of it. */
const lateFaults: readonly (readonly [string, Script])[] = [
  ['cuts the stream', { chunks: 8, cutAfterChunks: 3 }],
  ['ends the stream without an end', { chunks: 8, cutAfterChunks: 3, endWithoutDone: true }],
  ['sends an error within the stream', { chunks: 8, midStreamError: true }],
  ['sends a line that cannot be read', { chunks: 8, garbage: true }],
  ['falls silent within the stream', { chunks: 8, hang: 'mid-stream' }],
];

for (const model of models) {
  for (const stream of [false, true]) {
    for (const { what, script, status, code } of stream ? earlyFaults : wholeFaults) {
      test(`${model}, ${stream ? 'stream' : 'whole'}: a provider that ${what} is answered with ${status} ${code}, at no cost`, async () => {
        const { client, balance } = await installation.customer();
        const messages = [{ role: 'user' as const, content: scripted(script) }];
        await assert.rejects(client.chat.completions.create({ model, messages, stream }), (error) => {
          assert.ok(error instanceof OpenAI.APIError, String(error));
          assert.deepEqual([error.status, error.code], [status, code]);
          assert.equal(typeof error.type, 'string');
          return true;
        });
        await installation.settled();
        const { charged, held } = await balance();
        assert.equal(held, 0n);
        assert.equal(charged, 0n);
      });
    }
  }

  for (const [what, script] of lateFaults) {
    test(`${model}: a stream whose provider ${what} does not end cleanly, and its hold does`, async () => {
      const { client, balance } = await installation.customer();
      const messages = [{ role: 'user' as const, content: scripted(script) }];
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      await assert.rejects(Array.fromAsync(stream));
      await installation.settled();
      const { charged, held, credited, available } = await balance();
      assert.equal(held, 0n);
      assert.equal(available, credited - charged);
    });

    test(`${model}: a client without an SDK sees that too, when a provider ${what}`, async () => {
      const { apiKey } = await installation.customer();
      const response = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: scripted(script) }] }),
      });
      assert.equal(response.status, 200);
      // The body breaks off, whatever the client makes of the error event in it.
      const read = await readAll(response);
      assert.equal(read.isWhole, false);
      assert.ok(!read.text.includes('[DONE]'));
      assert.match(read.text, /"error":/);
    });
  }

  test(`${model}: a stream without usage ends cleanly and is charged by an estimate`, async () => {
    const { client, balance } = await installation.customer();
    const messages = [{ role: 'user' as const, content: scripted({ omitUsage: true, chunks: 20 }) }];
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    assert.ok((await Array.fromAsync(stream)).length > 20);
    await installation.settled();
    assert.ok((await balance()).charged > 0n);
  });
}

test('after all that no hold is open, each has one end, and the audit finds nothing', async () => {
  await installation.settled();
  assert.equal((await installation.stats()).openHolds, 0);
  const admitted = await log.events('RequestAdmitted');
  const ended = await log.events('ChargePosted', 'HoldExpired');
  assert.ok(admitted.length > 40);
  assert.deepEqual(ended.map(({ data }) => data.requestId).sort(), admitted.map(({ data }) => data.requestId).sort());
  const { code, stdout } = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(code, 0, stdout);
});

async function readAll(response: Response): Promise<{ text: string; isWhole: boolean }> {
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    return { text, isWhole: true };
  } catch {
    return { text, isWhole: false };
  }
}
