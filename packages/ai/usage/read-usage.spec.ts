import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { answerTokensOf, promptTokensOf, REPORTED_MAX_CHARACTERS } from '../usage.ts';
import { mergeUsage } from './merge-usage.ts';
import { readUsage, unknownUsageRules } from './read-usage.ts';

const inside = { isCacheInInput: true, isReasoningInOutput: true } as const;
const count = fc.nat({ max: 1_000 });
const oddCount = fc.oneof(count, fc.constantFrom<unknown>(-1, 1.5, null, 'x', {}, Number.MAX_VALUE));

test('parts of any report are whole, not negative, and add up to its wholes', () => {
  const details = fc.dictionary(
    fc.constantFrom('cached_tokens', 'cache_write_tokens', 'audio_tokens', 'image_tokens', 'reasoning_tokens'),
    oddCount,
  );
  fc.assert(
    fc.property(count, count, details, details, (prompt, completion, promptDetails, completionDetails) => {
      const reported = {
        prompt_tokens: prompt,
        completion_tokens: completion,
        prompt_tokens_details: promptDetails,
        completion_tokens_details: completionDetails,
      };
      const read = readUsage(reported, inside);
      if (prompt + completion === 0) return assert.equal(read, null);
      assert.ok(read);
      assert.ok(Object.values(read.usage).every((tokens) => Number.isSafeInteger(tokens) && tokens > 0));
      assert.deepEqual([promptTokensOf(read.usage), answerTokensOf(read.usage)], [prompt, completion]);
    }),
  );
});

test('no report throws, whatever it is', () => {
  fc.assert(fc.property(fc.jsonValue(), (reported) => void readUsage(reported, unknownUsageRules)));
});

test('the tier of the answer is told where the report has none', () => {
  const report = { prompt_tokens: 1, completion_tokens: 1 };
  assert.equal(readUsage(report, inside, { serviceTier: 'priority' })?.serviceTier, 'priority');
  assert.equal(readUsage({ ...report, service_tier: 'flex' }, inside, { serviceTier: 'auto' })?.serviceTier, 'flex');
});

test('a report that is too long for the log is read and not kept', () => {
  const read = readUsage({ prompt_tokens: 1, completion_tokens: 1, note: 'x'.repeat(REPORTED_MAX_CHARACTERS) }, inside);
  assert.deepEqual([read?.usage, read?.reported], [{ input: 1, output: 1 }, '']);
});

test('of cumulative reports the last that says anything of a count has it, and no zero undoes it', () => {
  const first = mergeUsage(null, {
    prompt_tokens: 7,
    completion_tokens: 1,
    prompt_tokens_details: { cached_tokens: 4 },
  });
  const second = mergeUsage(first, { prompt_tokens: 0, completion_tokens: 2, prompt_tokens_details: null });
  const third = mergeUsage(second, {
    completion_tokens: 5,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 1 },
  });
  const merged = {
    prompt_tokens: 7,
    completion_tokens: 5,
    prompt_tokens_details: { cached_tokens: 4, audio_tokens: 1 },
  };
  assert.deepEqual(mergeUsage(third, null), merged);
  assert.equal(mergeUsage(null, 'none'), null);
});
