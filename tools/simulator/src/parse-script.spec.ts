import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { mergeScripts, parseScript } from './parse-script.ts';
import { RequestProblem } from './request-problem.ts';

const badScript = (pattern: RegExp) => (problem: unknown) =>
  problem instanceof RequestProblem && problem.status === 400 && pattern.test(problem.message);

test('a script that uses every field is taken as it is', () => {
  const script = {
    usage: { prompt: 10, completion: 5, cached: 4, cacheWrite: 2, reasoning: 1 },
    omitUsage: true,
    text: 'hi',
    chunks: 3,
    latencyMs: 1,
    jitterMs: 2,
    chunkDelayMs: 3,
    finishReason: 'content_filter',
    status: 429,
    retryAfterS: 7,
    cutAfterChunks: 0,
    endWithoutDone: false,
    garbage: false,
    hang: 'headers',
    midStreamError: false,
    key: 'k',
    failTimes: 2,
    failureRate: 0.5,
  };
  assert.deepEqual(parseScript(JSON.stringify(script)), script);
});

test('a script that is not JSON is refused and says so', () => {
  assert.throws(() => parseScript('{status: 500}'), badScript(/not JSON/));
});

test('a script that is no object is refused', () => {
  assert.throws(() => parseScript('[]'), badScript(/has to be a JSON object/));
});

test('all faults of a script are listed at once', () => {
  const json = JSON.stringify({ status: 200, hang: 'up', chunks: 0, usage: { prompt: -1 }, failureRate: 2 });
  assert.throws(
    () => parseScript(json),
    (problem: unknown) =>
      ['status', 'hang', 'chunks', 'usage.prompt', 'failureRate'].every((name) => String(problem).includes(name)),
  );
});

test('a field that is not known is refused, so that a typing error is not a silent success', () => {
  assert.throws(() => parseScript('{"staus": 500}'), badScript(/"staus"/));
});

test('names of the object prototype are not taken for fields', () => {
  assert.throws(() => parseScript('{"toString": 1}'), badScript(/"toString"/));
});

test('a later layer wins field by field, in usage too', () => {
  const merged = mergeScripts(
    { latencyMs: 5, text: 'base', usage: { prompt: 10, cached: 3 } },
    { text: 'over', usage: { cached: 4 } },
  );
  assert.deepEqual(merged, { latencyMs: 5, text: 'over', usage: { prompt: 10, cached: 4 } });
});

test('parts of a usage that exceed their whole are refused, also when they come from different layers', () => {
  assert.throws(
    () => mergeScripts({ usage: { prompt: 3 } }, { usage: { cached: 2, cacheWrite: 2 } }),
    badScript(/exceed/),
  );
  assert.throws(() => mergeScripts({ usage: { completion: 1, reasoning: 2 } }), badScript(/exceeds/));
});

test('failTimes without a key is refused, since attempts could not be told apart', () => {
  assert.throws(() => mergeScripts({ failTimes: 1 }), badScript(/needs a key/));
});
