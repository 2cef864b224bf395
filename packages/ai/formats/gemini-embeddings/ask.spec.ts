import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { askGeminiEmbeddings } from './ask.ts';

const content = { parts: [{ text: 'Hello' }] };
const single = { model: 'm', isStream: false, isBatch: false };
const batch = { ...single, isBatch: true };

describe('vectors that Google’s clients ask for', () => {
  test('have no output, the bytes of the body for their prompt, and a prompt for each text', () => {
    const requests = [{ model: 'models/m', content }, { content }];
    for (const [body, addressed, prompts] of [
      [{ content, taskType: 'RETRIEVAL_QUERY', outputDimensionality: 256 }, single, 1],
      [{ content, task_type: 'RETRIEVAL_QUERY', output_dimensionality: 256 }, single, 1],
      [{ requests }, batch, 2],
      [{ requests: Array(100).fill({ content }) }, batch, 100],
    ] as const) {
      const read = askGeminiEmbeddings(body, 1_000, addressed);
      assert.ok('asked' in read, JSON.stringify(read));
      const { model, hasOutput, outputTokensRequested, promptTokensBound, prompts: counted } = read.asked;
      assert.deepEqual([model, hasOutput, outputTokensRequested, counted], ['m', false, 0, prompts]);
      assert.equal(promptTokensBound, 1_000 + prompts * 64);
    }
  });

  test('are refused by the field that is wrong', () => {
    const item = (more: object) => ({ requests: [{ content }, { content, ...more }] });
    const cases: readonly (readonly [Record<string, unknown>, typeof single, string, string?])[] = [
      [{}, single, 'content'],
      [{ content: 'Hello' }, single, 'content'],
      [{ content: {} }, single, 'content.parts'],
      [{ content: { parts: [] } }, single, 'content.parts'],
      [{ content: { parts: [{ text: 1 }] } }, single, 'content.parts[0].text'],
      [{ content: { parts: [{ inlineData: {} }] } }, single, 'content.parts[0].inlineData', 'feature_not_priced'],
      [{ content, outputDimensionality: 0 }, single, 'outputDimensionality'],
      [
        { content, embedContentConfig: { outputDimensionality: 'x' } },
        single,
        'embedContentConfig.outputDimensionality',
      ],
      [{ content, embedContentConfig: 1 }, single, 'embedContentConfig'],
      [{ content, taskType: 1 }, single, 'taskType'],
      [{ content, taskType: 'A', task_type: 'B' }, single, 'task_type'],
      [{ content, Title: 'x' }, single, 'Title'],
      [{ content, requests: [] }, single, 'requests'],
      [{ content, model: 'models/other' }, single, 'model'],
      [{ content }, batch, 'requests'],
      [{ requests: {} }, batch, 'requests'],
      [{ requests: [] }, batch, 'requests'],
      [{ requests: Array(101).fill({ content }) }, batch, 'requests'],
      [{ requests: [1] }, batch, 'requests[0]'],
      [{ ...item({}), content }, batch, 'content'],
      [item({ content: undefined }), batch, 'requests[1].content'],
      [item({ model: 'models/other' }), batch, 'requests[1].model'],
      [item({ title: 7 }), batch, 'requests[1].title'],
      [item({ Content: {} }), batch, 'requests[1].Content'],
    ];
    for (const [body, addressed, param, code = 'invalid_request'] of cases) {
      const read = askGeminiEmbeddings(body, 1_000, addressed);
      assert.ok('refusal' in read, JSON.stringify(body));
      assert.deepEqual([read.refusal.param, read.refusal.code], [param, code], read.refusal.message);
    }
    assert.ok('refusal' in askGeminiEmbeddings({ content }, 10), 'a request without a model');
  });

  test('may name their model in each request, with or without what Google puts before it', () => {
    for (const name of ['m', 'models/m']) {
      for (const model of ['m', 'models/m']) {
        const read = askGeminiEmbeddings({ requests: [{ model: name, content }] }, 10, { ...batch, model });
        assert.ok('asked' in read, `${name} at ${model}`);
      }
    }
  });
});
