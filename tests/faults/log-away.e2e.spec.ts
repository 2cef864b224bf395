import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import OpenAI from 'openai';
import { afterAll, test } from '#testkit/test.ts';
import { askGated } from '../e2e/support/gated-requests.ts';
import { overHttp } from '../e2e/support/over-http.ts';
import { answerHello } from '../e2e/support/raw-provider.ts';
import { until } from '../e2e/support/until.ts';
import { startGatedGateway } from './gated-gateway.ts';

/** Longer than any client waits for an admission. */
const AWAY_MS = 10_000;
/** A client is to have its answer by then; the rest is for a machine that is busy with other suites. */
const ANSWERED_WITHIN_MS = 7_000;
const REQUESTS = 40;

await using undo = new AsyncDisposableStack();
const { provider, gateway } = undo.use(await startGatedGateway({ environment: {}, processes: undefined }));
const { customer: newCustomer, settled } = overHttp(() => ({
  url: gateway.urls[0] ?? '',
  adminToken: gateway.adminToken,
}));
const stack = undo.move();
afterAll(() => stack.disposeAsync());

/** Asks, and says how it ended: `admitted`, or the status of the refusal. */
async function outcomeOf(asked: Promise<void>): Promise<'admitted' | number | undefined> {
  try {
    await asked;
    return 'admitted';
  } catch (thrown) {
    return thrown instanceof OpenAI.APIError ? thrown.status : undefined;
  }
}

test('of requests whose clients give up while the log is away for ten seconds, none is charged and no hold is left', {
  timeoutMs: 120_000,
}, async () => {
  provider.answer = answerHello;
  const customer = await newCustomer();
  const url = gateway.urls[0] ?? '';
  await askGated(customer, url);
  await settled();
  const before = await customer.balance();
  const journal = await gateway.leader('journal');
  const awayFromMs = performance.now();
  // Stopped with requests on their way, so that some of their admissions are in doubt.
  const asked: Promise<'admitted' | number | undefined>[] = [];
  for (let index = 0; index < REQUESTS; index += 1) {
    if (index === REQUESTS / 2) await journal.stop('SIGKILL');
    asked.push(outcomeOf(askGated(customer, url)));
  }
  const outcomes = await Promise.all(asked);
  const tookMs = performance.now() - awayFromMs;
  assert.ok(tookMs < ANSWERED_WITHIN_MS, `${tookMs} ms`);
  assert.ok(outcomes.includes(503) && outcomes.every((outcome) => outcome === 'admitted' || outcome === 503));
  await pause(AWAY_MS - tookMs);
  journal.start();
  journal.supervise();

  await until('an admission', async () => (await outcomeOf(askGated(customer, url))) === 'admitted' || undefined);
  // Long before the time of a hold is over.
  await settled();
  const { held, charged, available } = await customer.balance();
  const answered = outcomes.filter((outcome) => outcome === 'admitted').length + 1;
  assert.equal(held, 0n);
  assert.equal(charged, before.charged * BigInt(answered + 1));
  assert.equal(available + charged, before.available + before.charged);
});
