import assert from 'node:assert/strict';
import { type Scope, test } from '#testkit/test.ts';
import { runSelftest, type SelftestOptions } from './run-selftest.ts';
import type { StepResult } from './steps.ts';
import { type Defects, startFakeGateway } from './testing.ts';

/** A defect is final here, so nothing is waited for. */
const WAIT_MS = 0;

async function selftestOf(scope: Scope, defects: Defects = {}, changes: Partial<SelftestOptions> = {}) {
  const gateway = await startFakeGateway(defects);
  scope.defer(gateway.close);
  const results: StepResult[] = [];
  const report = await runSelftest({
    admin: gateway.admin,
    log: gateway.log,
    url: gateway.url,
    model: undefined,
    isKept: false,
    runId: 'selftest-1',
    signal: new AbortController().signal,
    waitMs: WAIT_MS,
    agree: () => Promise.reject(new Error('it was declined')),
    onResult: (result) => results.push(result),
    ...changes,
  });
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  return { gateway, report, results, failed };
}

const resourcesLeft = async (gateway: Awaited<ReturnType<typeof startFakeGateway>>) => {
  const found = await Promise.all(['user', 'key', 'limit'].map((kind) => gateway.admin.list({ kind })));
  return found
    .flatMap(({ resources }) => resources.map(({ resource }) => resource.value as { id: string; status?: string }))
    .filter(({ status }) => status !== 'deleted')
    .map(({ id }) => id);
};

test('a sound gateway passes every step, is charged exactly, and has nothing left of it', async (scope) => {
  const { gateway, report, results, failed } = await selftestOf(scope);
  assert.deepEqual(failed, []);
  // Three requests of 12 x 1 + 3 x 4 USD a million.
  assert.deepEqual(report, { isOk: true, isInterrupted: false, model: 'gpt-small', chargedNanoUsd: 72_000n, left: [] });
  assert.deepEqual(
    results.map(({ step }) => step).filter((step) => !step.startsWith('clean up')),
    [
      'administration',
      'user with a key',
      'credit',
      'limit',
      'user without money',
      'model',
      'whole request',
      'streamed request',
      'request with a tool',
      'refused: unknown model',
      'refused: limit reached',
      'refused: no money',
      'charge of the whole request',
      'charge of the streamed request',
      'charge of the request with a tool',
      'balance',
      'ledger',
      'limit counted',
      'log',
    ],
  );
  assert.deepEqual(await resourcesLeft(gateway), []);
});

test('an answer of the wrong form is the only failure: its bill is right', async (scope) => {
  const { failed } = await selftestOf(scope, { cutsStreams: true });
  assert.deepEqual(
    failed.map(({ step }) => step),
    ['streamed request'],
  );
});

const noticed: readonly { readonly defects: Defects; readonly step: string; readonly says: RegExp }[] = [
  {
    defects: { chargesMoreBy: 1n },
    step: 'charge of the whole request',
    says: /by the lines of the charge is 24000, expected 24001/,
  },
  { defects: { chargesNothing: true }, step: 'charge of the whole request', says: /no charge is posted/ },
  {
    defects: { ignoresLimits: true },
    step: 'refused: limit reached',
    says: /answered 200 .*expected 429 quota_exceeded/,
  },
  { defects: { cutsStreams: true }, step: 'streamed request', says: /did not end with \[DONE\]/ },
  { defects: { countsTwice: true }, step: 'limit counted', says: /used 6, held 0; expected used 3/ },
  { defects: { breaksChain: true }, step: 'log', says: /does not hash to its chain hash/ },
];
for (const { defects, step, says } of noticed) {
  test(`a gateway that ${Object.keys(defects)} fails at "${step}", and is cleaned up all the same`, async (scope) => {
    const { gateway, report, failed } = await selftestOf(scope, defects);
    assert.equal(report.isOk, false);
    const found = failed.find((result) => result.step === step);
    assert.match(found?.message ?? '', says);
    assert.notEqual(found?.hint, '');
    assert.deepEqual(await resourcesLeft(gateway), []);
  });
}

test('what cannot be taken away is said, with how to do it by hand, and the rest is taken away', async (scope) => {
  const { gateway, report, failed } = await selftestOf(scope, { cannotDelete: 'limit' });
  assert.equal(report.isOk, false);
  assert.deepEqual(report.left, ['limit selftest-1']);
  assert.deepEqual(failed, [
    {
      step: 'clean up: limit selftest-1',
      outcome: 'failed',
      message: 'unavailable: The log is away.',
      hint: 'By hand: gatewayctl limits delete selftest-1',
    },
  ]);
  assert.deepEqual(await resourcesLeft(gateway), ['selftest-1']);
});

test('an interruption ends the steps, and what was made until then is taken away', async (scope) => {
  const controller = new AbortController();
  const seen: string[] = [];
  const { gateway, report } = await selftestOf(
    scope,
    {},
    {
      signal: controller.signal,
      onResult: ({ step }) => {
        seen.push(step);
        if (step === 'whole request') controller.abort();
      },
    },
  );
  assert.deepEqual([report.isOk, report.isInterrupted], [false, true]);
  assert.equal(seen.includes('streamed request'), false);
  assert.deepEqual(report.left, []);
  assert.deepEqual(await resourcesLeft(gateway), []);
});

test('a real provider is paid only if asked, and told how much at most', async (scope) => {
  const questions: string[] = [];
  const agree = (isAgreed: boolean) => async (question: string) => {
    questions.push(question);
    if (!isAgreed) throw new Error('it was declined');
  };
  const declined = await selftestOf(scope, { provider: 'openai' }, { agree: agree(false) });
  assert.equal(declined.report.isOk, false);
  assert.deepEqual(
    declined.failed.map(({ message }) => message),
    ['it was declined'],
  );
  assert.deepEqual(await resourcesLeft(declined.gateway), []);
  // 1,000 x 1 + 64 x 4 USD a million, three times.
  assert.match(questions[0] ?? '', /gpt-small of a real provider, for at most 0\.003768 USD/);
  const agreed = await selftestOf(scope, { provider: 'openai' }, { agree: agree(true) });
  assert.equal(agreed.report.isOk, true);
});

test('--keep leaves everything, and names it', async (scope) => {
  const { gateway, report } = await selftestOf(scope, {}, { isKept: true });
  assert.equal(report.isOk, true);
  assert.equal((await resourcesLeft(gateway)).length, 5);
  assert.ok(report.left.includes('limit selftest-1'));
});

test('a gateway whose HTTP side is not there fails with its address, and is cleaned up', async (scope) => {
  const { gateway, failed } = await selftestOf(scope, {}, { url: 'http://127.0.0.1:1' });
  assert.match(failed[0]?.message ?? '', /^http:\/\/127\.0\.0\.1:1\/v1\/models gave no answer/);
  assert.deepEqual(await resourcesLeft(gateway), []);
});
