import assert from 'node:assert/strict';
import type { AdmitResponse } from '#contracts/quota.ts';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { post, question } from '../completions/testing.ts';
import { ADMIN_TOKEN, API_KEY, aborted, end, head, startTestGateway } from '../testing.ts';

const never = new Promise<never>(() => undefined);
const body = JSON.stringify(question);

/** A bound that is over at once, and one that is never over in a test. */
const SHORT_MS = 50;

const admission: AdmitResponse = {
  result: {
    kind: 'admitted',
    durable: null,
    eventId: 'event-1',
    candidates: [{ provider: 'simulator', model: 'gpt-test-1', priceKey: 'openai/gpt-test', priceVersion: 1 }],
    holdNanoUsd: 1n,
    outputTokensMax: 1,
    outputTokensBound: 1,
    multiplierBasisPoints: 10_000,
  },
  windows: [],
};

async function assertUnavailable(response: Response): Promise<void> {
  assert.equal(response.status, 503);
  assert.match(response.headers.get('retry-after') ?? '', /^[1-9]/);
  assert.ok(response.headers.get('x-request-id'));
  const { error } = (await response.json()) as { error: { code: string; type: string } };
  assert.deepEqual([error.code, error.type], ['unavailable', 'server_error']);
}

for (const stream of [false, true]) {
  test(`an admission that does not come is answered 503; one that comes later runs for nobody: stream ${stream}`, async () => {
    const late = Promise.withResolvers<AdmitResponse>();
    const isRun = Promise.withResolvers<boolean>();
    await using gateway = await startTestGateway({
      config: { admissionTimeoutMs: SHORT_MS },
      admit: () => late.promise,
      async *frames(_request, signal) {
        isRun.resolve(signal.aborted);
        await aborted(signal);
        yield head('application/json');
        yield {
          kind: 'failure',
          failure: { code: 'client_gone', message: 'm', providerBody: null, providerStatus: 0 },
        };
      },
    });
    await assertUnavailable(await post(gateway, JSON.stringify({ ...question, stream })));
    assert.equal(gateway.completed.length, 0);
    late.resolve(admission);
    // The router ends the hold: it is told that nobody listens before it begins.
    assert.equal(await isRun.promise, true);
    await gateway.ingress.drain();
    assert.equal(gateway.framesLeft(), 0);
  });
}

test('an admission that is refused after its bound changes nothing of what the client was told', async () => {
  const late = Promise.withResolvers<AdmitResponse>();
  await using gateway = await startTestGateway({ config: { admissionTimeoutMs: SHORT_MS }, admit: () => late.promise });
  await assertUnavailable(await post(gateway, body));
  late.reject(new Fault({ code: 'conflict', message: 'm' }));
  await gateway.ingress.drain();
  assert.equal(gateway.completed.length, 0);
});

test('a request that waits for its admission is broken off by a stop whose time is over', async () => {
  const asked = Promise.withResolvers<void>();
  await using gateway = await startTestGateway({
    config: { drainTimeoutMs: SHORT_MS },
    async admit() {
      asked.resolve();
      return never;
    },
  });
  const answer = post(gateway, body);
  await asked.promise;
  const drained = gateway.ingress.drain();
  await assertUnavailable(await answer);
  await drained;
});

test('reads and admin commands that wait in vain are answered 503, with Retry-After', async () => {
  await using gateway = await startTestGateway({
    config: { answerTimeoutMs: SHORT_MS },
    balances: () => never,
    adminPort: { create: () => never, get: () => never },
    async *frames() {
      yield end;
    },
  });
  const admin = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const fields = JSON.stringify({ name: 'Ada', email: 'ada@example.com' });
  await assertUnavailable(await fetch(`${gateway.url}/v1/usage`, { headers: { authorization: `Bearer ${API_KEY}` } }));
  await assertUnavailable(await fetch(`${gateway.url}/admin/users/`, { method: 'POST', headers: admin, body: fields }));
  await assertUnavailable(await fetch(`${gateway.url}/admin/users/user-100`, { headers: admin }));
  assert.equal((await fetch(`${gateway.url}/health`)).status, 200);
});

test('whoever refuses with 503 says when to come again, the readiness too', async () => {
  await using gateway = await startTestGateway({
    admit: () => Promise.reject(new Fault({ code: 'unavailable', message: 'Without a time.' })),
    readiness: async () => ({ log: 'the log cannot be written now' }),
  });
  await assertUnavailable(await post(gateway, body));
  const ready = await fetch(`${gateway.url}/health/ready`);
  assert.deepEqual([ready.status, ready.headers.get('retry-after')], [503, '1']);
});
