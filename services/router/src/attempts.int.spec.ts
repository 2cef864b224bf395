import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import type { PricedCandidate } from '#contracts/quota.ts';
import { plainPlan } from '#contracts/routing.ts';
import { type Scope, test } from '#testkit/test.ts';
import {
  type Asked,
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const errorOf = (code: string): string =>
  JSON.stringify({ error: { message: code, type: 'invalid_request_error', code } });
const stream = contentEvent('Hello') + finishEvent + usageEvent + doneEvent;

function cut(response: ServerResponse, text: string): void {
  response.writeHead(200);
  response.write(text, () => setImmediate(() => response.destroy()));
}

/** What a provider may do with a call. */
const fates = {
  answer: (response: ServerResponse, isStream: boolean) => response.end(isStream ? stream : wholeAnswer),
  slowAnswer: (response: ServerResponse, isStream: boolean) =>
    setTimeout(() => response.end(isStream ? stream : wholeAnswer), 60),
  server: (response: ServerResponse) => response.writeHead(500).end(),
  slowServer: (response: ServerResponse) => setTimeout(() => response.writeHead(500).end(), 60),
  overload: (response: ServerResponse) => response.writeHead(503).end(),
  rate: (response: ServerResponse) => response.writeHead(429, { 'retry-after-ms': '20' }).end(),
  longRate: (response: ServerResponse) => response.writeHead(429, { 'retry-after': '60' }).end(),
  key: (response: ServerResponse) => response.writeHead(401).end(),
  missing: (response: ServerResponse) => response.writeHead(404).end(),
  size: (response: ServerResponse) => response.writeHead(413).end(),
  request: (response: ServerResponse) => response.writeHead(400).end(errorOf('bad')),
  window: (response: ServerResponse) => response.writeHead(400).end(errorOf('context_length_exceeded')),
  policy: (response: ServerResponse) => response.writeHead(400).end(errorOf('content_filter')),
  garbage: (response: ServerResponse) => response.end('<html>'),
  errorWithin: (response: ServerResponse) => response.end('{"error":{"message":"x"}}'),
  cutAtOnce: (response: ServerResponse) => response.destroy(),
  cutBefore: (response: ServerResponse) => cut(response, ' '),
  cutWithin: (response: ServerResponse, isStream: boolean) =>
    cut(response, isStream ? contentEvent('Hello') : wholeAnswer.slice(0, 80)),
  silence: () => undefined,
} as const;

type Fate = keyof typeof fates;

/** Slow answers more often than others: without them hardly a request is hedged, and without answers hardly one is charged. */
const likely: readonly Fate[] = [
  ...(Object.keys(fates) as Fate[]),
  ...repeated(['answer', 'slowAnswer', 'slowServer']),
];

function repeated(names: readonly Fate[]): readonly Fate[] {
  return Array.from({ length: 4 }, () => names).flat();
}

const providers = ['a', 'b', 'c'] as const;

/** One request: what becomes of its calls in turn, by provider, and how it is routed. */
const anyRequest = fc.record({
  isStream: fc.boolean(),
  hedgeAfterMs: fc.constantFrom(0, 20, 20, 20),
  attemptsMax: fc.integer({ min: 1, max: 5 }),
  timeoutMs: fc.constantFrom(0, 0, 400),
  candidates: fc.array(
    fc.record({
      provider: fc.constantFrom(...providers),
      stage: fc.constantFrom(0, 0, 0, 1),
      standsInFor: fc.constantFrom('', '', 'context_window', 'content_policy'),
      contextTokens: fc.constantFrom(0, 8_000, 128_000),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  fates: fc.record(
    Object.fromEntries(
      providers.map((name) => [name, fc.array(fc.constantFrom(...likely), { minLength: 6, maxLength: 6 })]),
    ) as Record<(typeof providers)[number], fc.Arbitrary<Fate[]>>,
  ),
});

type AnyRequest = typeof anyRequest extends fc.Arbitrary<infer T> ? T : never;

/** A router over providers that do with each call what the request under way says. */
async function world(t: Scope) {
  const called: string[] = [];
  let underWay: AnyRequest | null = null;
  const open = providers.map(async (name) => {
    const baseUrl = await hostileProvider(t, (response, _request, text) => {
      const before = called.filter((each) => each === name).length;
      called.push(name);
      fates[underWay?.fates[name]?.[before] ?? 'server'](response, JSON.parse(text).stream === true);
    });
    return testProvider(name, baseUrl, { retriesMax: 2, retryIntervalMs: 5 });
  });
  const opened = await Promise.all(open);
  return async (request: AnyRequest) => {
    underWay = request;
    called.length = 0;
    // A router of its own: what the requests before have taught of providers is another matter.
    const { ask } = createTestRouter(t, {
      providers: opened,
      wholeHeadTimeoutMs: 150,
      streamHeadTimeoutMs: 150,
      idleTimeoutMs: 150,
    });
    const { isStream, hedgeAfterMs, attemptsMax, timeoutMs } = request;
    const candidates = request.candidates
      .map(
        (place): PricedCandidate =>
          ({ ...place, model: 'm', priceKey: 'openai/m', priceVersion: 1 }) as PricedCandidate,
      )
      .toSorted((one, other) => Number(one.stage) - Number(other.stage));
    const plan = { ...plainPlan, hedgeAfterMs, attemptsMax, timeoutMs };
    const asked = await ask({ messages, stream: isStream }, { request: { candidates, plan } });
    return { asked, called: [...called] };
  };
}

const unheard: ReadonlySet<string> = new Set(['outrun', 'timeout', 'cut', 'connection']);

/** Every call stands on record, and there are no more of them than allowed. */
function assertAttempts({ usage }: Asked, called: readonly string[], { attemptsMax, candidates }: AnyRequest): void {
  const attempts = usage?.attempts ?? [];
  assert.ok(attempts.length <= attemptsMax, `${attempts.length} attempts of ${attemptsMax}`);
  // A call that is given up, or whose connection breaks, may not have reached its provider.
  const given = attempts.filter(({ failure = '' }) => unheard.has(failure)).length;
  assert.ok(called.length <= attempts.length && called.length >= attempts.length - given);
  for (const { provider, status, error, failure = '' } of attempts) {
    assert.ok(candidates.some((candidate) => candidate.provider === provider));
    assert.equal(error === '', failure === '' && status === 200);
  }
  assert.ok(attempts.filter(({ isHedge }) => isHedge).length <= 1);
}

/** The client pays for one answer, of which it has all or a part, and for nothing else; the house for others. */
function assertMoney({ usage, failure, text }: Asked): void {
  assert.ok(usage);
  const answered = usage.attempts.flatMap(({ error }, place) => (error === '' ? [place] : []));
  const paid = usage.losses.map(([place]) => place);
  assert.equal(new Set(paid).size, paid.length, 'an attempt was lost twice');
  assert.ok(paid.every((place) => place < usage.attempts.length));
  if (failure === undefined) {
    assert.deepEqual(
      [usage.outcome, usage.estimated, usage.usage.input, usage.usage.output],
      ['OUTCOME_COMPLETED', false, 7, 2],
    );
    assert.equal(answered.length, 1);
    assert.ok(!paid.includes(answered[0] ?? -1), 'an answer was paid for twice');
    return;
  }
  assert.deepEqual(answered, []);
  assert.equal(usage.outcome, text === '' ? 'OUTCOME_FAILED' : 'OUTCOME_CUT');
  if (text === '') assert.deepEqual(usage.quantities, []);
}

test('whatever providers do: every call is on record, none is one too many, and one answer at most is charged', async (t) => {
  const run = await world(t);
  const seen = { answered: 0, hedged: 0, lost: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(anyRequest, async (request) => {
      const { asked, called } = await run(request);
      assert.equal(asked.frames.filter(({ kind }) => kind === 'end' || kind === 'failure').length, 1);
      assertAttempts(asked, called, request);
      assertMoney(asked);
      seen.answered += asked.failure === undefined ? 1 : 0;
      seen.failed += asked.failure === undefined ? 0 : 1;
      seen.hedged += asked.usage?.attempts.some(({ isHedge }) => isHedge) ? 1 : 0;
      seen.lost += asked.usage?.losses.length ? 1 : 0;
    }),
    { numRuns: 150, includeErrorInReport: true },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 0, `no request was ${what}`);
});
