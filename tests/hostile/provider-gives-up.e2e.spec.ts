import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { usageFromEvent } from '#money/quantities.ts';
import { afterAll, test } from '#testkit/test.ts';
import type { Script } from '../../tools/simulator/src/script.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { metered } from '../e2e/support/provider-meter.ts';
import { installStandalone } from '../e2e/support/standalone.ts';

/** Short, so that a provider that hangs is given up soon, and long enough for the others on a busy machine. */
const REQUEST_TIMEOUT_MS = 5_000;
/** The hold outlives that, and the wait for a usage after it. */
const HOLD_TTL_MS = 15_000;

const installation = await installStandalone({
  environment: { GATEWAY_REQUEST_TIMEOUT_MS: `${REQUEST_TIMEOUT_MS}`, GATEWAY_HOLD_TTL_MS: `${HOLD_TTL_MS}` },
});
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

/** What the house has paid so far by the metric, in tokens of all providers. */
async function uncharged(): Promise<number> {
  const text = await (await fetch(`${installation.gateway().url}/metrics`)).text();
  const values = [...text.matchAll(/^gateway_uncharged_tokens_total\{[^}]*\} (\d+)$/gm)];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

/** What came of a whole answer in which the provider does as the script says. */
async function ask(model: string, script: Script) {
  const { client, balance } = await installation.customer();
  const before = await uncharged();
  const messages = [{ role: 'user' as const, content: scripted(script) }];
  const error: unknown = await client.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof OpenAI.APIError, String(error));
  const requestId = error.requestID ?? '';
  await installation.settled();
  const usage = (await log.events('UsageRecorded')).find(({ data }) => data.requestId === requestId)?.data;
  assert.ok(usage);
  const counted = (await uncharged()) - before;
  return { requestId, code: error.code, charged: (await balance()).charged, usage, counted };
}

for (const model of ['gpt-4o-mini', 'claude-haiku-4-5']) {
  for (const [what, script, code] of [
    ['cuts its answer', { cutAfterChunks: 1 }, 'upstream_cut'],
    ['ends its answer in the middle, cleanly', { cutAfterChunks: 1, endWithoutDone: true }, 'upstream_cut'],
    ['falls silent within its answer', { hang: 'mid-stream' }, 'upstream_timeout'],
  ] as const) {
    test(`${model}: a provider that ${what} is asked once, the client pays nothing, and the house’s loss is on record`, async () => {
      const asked = await ask(model, script);
      const { usage } = asked;
      assert.deepEqual([asked.code, asked.charged, usage.outcome], [code, 0n, 'OUTCOME_FAILED']);
      assert.deepEqual(
        usage.attempts.map(({ error }) => error),
        [code],
      );
      const [loss, ...more] = usage.houseLosses;
      assert.ok(loss && more.length === 0);
      assert.deepEqual([loss.attempt, loss.estimated], [0, true]);
      const { input = 0, output = 0 } = usageFromEvent(loss.quantities);
      assert.ok(input > 0 && output > 0);
      assert.equal(asked.counted, input + output);
      const explained = await gatewayctl(installation.gateway(), ['audit', 'explain', asked.requestId]);
      assert.match(explained.stdout, /the house pays for attempt 1: input \d+, output \d+ \(estimated\)/);
    });
  }

  test(`${model}: a provider that answers nonsense is asked again, and nobody pays`, async () => {
    const { code, charged, usage, counted } = await ask(model, { garbage: true });
    assert.deepEqual([code, charged, usage.attempts.length], ['upstream_invalid_response', 0n, 2]);
    assert.deepEqual([usage.houseLosses, counted], [[], 0]);
  });
}

test('the provider’s meter has each of these requests as often as the log has attempts, and the audit finds nothing', async () => {
  const records = Map.groupBy(await metered(installation.simulatorUrl), ({ requestId }) => requestId);
  for (const { data } of await log.events('UsageRecorded')) {
    assert.equal(records.get(data.requestId)?.length, data.attempts.length);
  }
  const { code, stdout } = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(code, 0, stdout);
});
