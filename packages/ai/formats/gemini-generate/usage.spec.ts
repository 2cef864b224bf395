import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readGeminiUsage } from './usage.ts';

const read = (usageMetadata: object, searches = 0) =>
  readGeminiUsage({ usageMetadata: usageMetadata as Record<string, unknown>, searches });

test('sound and pictures are apart from text, what was cached from what was not, and tools read beside the prompt', () => {
  const report = read(
    {
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 50,
      thoughtsTokenCount: 20,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 70 },
        { modality: 'AUDIO', tokenCount: 30 },
      ],
      cacheTokensDetails: [
        { modality: 'AUDIO', tokenCount: 10 },
        { modality: 'TEXT', tokenCount: 30 },
      ],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 45 }],
    },
    2,
  );
  assert.deepEqual(report?.usage, {
    input: 47,
    cached_input: 30,
    audio_input: 20,
    cached_audio_input: 10,
    output: 5,
    reasoning: 20,
    image_output: 45,
    search: 2,
  });
  assert.deepEqual(report?.flags, []);
});

test('parts greater than their whole are clamped, odd counts left out, and both told', () => {
  const report = read({
    promptTokenCount: 10,
    cachedContentTokenCount: 20,
    candidatesTokenCount: -5,
    thoughtsTokenCount: 1,
  });
  assert.deepEqual(report?.usage, { cached_input: 10, reasoning: 1 });
  assert.deepEqual(report?.flags, ['left-out:candidatesTokenCount', 'clamped:cachedContentTokenCount']);
});

test('a report of nothing is none', () => {
  assert.equal(read({}), null);
  assert.equal(read({ promptTokenCount: 0, candidatesTokenCount: 0 }), null);
  assert.equal(readGeminiUsage({ usageMetadata: null, searches: 0 }), null);
});
