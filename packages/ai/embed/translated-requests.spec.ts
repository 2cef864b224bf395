import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { NoPlace, type ProviderRules, type Target } from '../format.ts';
import { formatTable } from '../formats/format-table.ts';
import { openAiRules, testTarget } from '../formats/openai-chat/testing.ts';
import { providerRow, spokenBy } from '../providers/spoken-by.ts';

type Name = 'openai-embeddings' | 'gemini-embeddings';

/** What a provider of a format gets of a client's request in the other one. */
function translated(to: Name, body: Record<string, unknown>, target: Partial<Target> = {}) {
  const from = formatTable[to === 'openai-embeddings' ? 'gemini-embeddings' : 'openai-embeddings'].embed;
  const embed = formatTable[to].embed;
  assert.ok(from && embed);
  const encoded = embed.encode(from.decode(body), testTarget(target));
  return { ...encoded, body: JSON.parse(encoded.body) };
}

const noPlace = (what: string) => (thrown: unknown) => thrown instanceof NoPlace && thrown.what === what;
const content = (text: string) => ({ parts: [{ text }] });

function rulesOf(id: string): ProviderRules {
  const row = providerRow(id);
  assert.ok(row);
  return spokenBy({
    ...{
      id,
      kind: 'openai',
      preset: id,
      baseUrl: row.baseUrl,
      formats: [],
      maxTokensParam: '',
      refusesStreamOptions: false,
    },
    ...{ renamedFields: {}, refusedFields: [], cacheInInput: '', reasoningInOutput: '' },
  }).rules;
}

describe('a request of OpenAI’s clients at Google', () => {
  test('is a batch in their order', () => {
    const { body, isBatch, dropped } = translated('gemini-embeddings', {
      ...{
        model: 'client',
        input: ['a', 'b'],
        dimensions: 256,
        encoding_format: 'base64',
        input_type: 'document',
        user: null,
      },
    });
    const shared = { model: 'models/m', taskType: 'RETRIEVAL_DOCUMENT', outputDimensionality: 256 };
    assert.deepEqual(body, {
      requests: [
        { ...shared, content: content('a') },
        { ...shared, content: content('b') },
      ],
    });
    assert.deepEqual([isBatch, dropped], [true, []]);
    assert.deepEqual(translated('gemini-embeddings', { input: 'a' }).body.requests.length, 1);
  });

  test('has no place for tokens, for more texts than Google takes, or for what Google has not', () => {
    const at = (body: Record<string, unknown>, target?: Partial<Target>) => () =>
      translated('gemini-embeddings', body, target);
    assert.throws(at({ input: [1, 2] }), noPlace('input'));
    assert.throws(at({ input: [[1], [2]] }, { dropsUnplaced: true }), noPlace('input[0]'));
    assert.throws(at({ input: Array(101).fill('a') }, { dropsUnplaced: true }), noPlace('input'));
    assert.throws(at({ input: 'a', user: 'u' }), noPlace('endUser'));
    assert.throws(at({ input: 'a', truncate: 'END' }), noPlace('truncate'));
    assert.throws(at({ input: 'a', encoding_format: 'ubinary' }), noPlace('encoding_format'));
    assert.throws(at({ input: 'a', input_type: 'poem' }), noPlace('input_type'));
    const more = { input: 'a', user: 'u', truncate: 'END' };
    assert.deepEqual(at(more, { dropsUnplaced: true })().dropped, ['user', 'truncate']);
  });
});

describe('a request of Google’s clients at a provider of OpenAI’s format', () => {
  const requests = [{ content: content('a') }, { content: content('b') }];

  test('is a list of texts, and says no form of the vectors', () => {
    const asked = { outputDimensionality: 8, taskType: 'TASK_TYPE_UNSPECIFIED' };
    assert.deepEqual(
      translated('openai-embeddings', { requests: requests.map((each) => ({ ...each, ...asked })) }).body,
      { model: 'm', input: ['a', 'b'], dimensions: 8 },
    );
    assert.deepEqual(translated('openai-embeddings', { content: content('a') }).body, { model: 'm', input: ['a'] });
  });

  test('says what a vector is for in the words of the provider, and its dimensions by the provider’s name', () => {
    const asked = {
      content: content('a'),
      embedContentConfig: { taskType: 'RETRIEVAL_DOCUMENT', outputDimensionality: 8 },
    };
    const at = (id: string) => translated('openai-embeddings', asked, { rules: rulesOf(id) }).body;
    assert.deepEqual(at('voyage'), { model: 'm', input: ['a'], input_type: 'document', output_dimension: 8 });
    assert.deepEqual(at('jina'), { model: 'm', input: ['a'], task: 'retrieval.passage', dimensions: 8 });
    assert.deepEqual(at('nvidia'), { model: 'm', input: ['a'], input_type: 'passage', dimensions: 8 });
  });

  test('has no place for what only Google knows', () => {
    const at = (body: Record<string, unknown>, target?: Partial<Target>) => () =>
      translated('openai-embeddings', body, target);
    const one = { content: content('a') };
    assert.throws(at({ ...one, taskType: 'RETRIEVAL_QUERY' }), noPlace('task'));
    assert.throws(at({ ...one, taskType: 'NEW_TASK' }), noPlace('taskType'));
    assert.throws(at({ ...one, title: 'x' }), noPlace('content.title'));
    assert.throws(
      at({ ...one, embedContentConfig: { autoTruncate: false } }),
      noPlace('embedContentConfig.autoTruncate'),
    );
    assert.throws(
      at({ ...one, outputDimensionality: 8 }, { rules: { ...openAiRules, refused: ['dimensions'] } }),
      noPlace('dimensions'),
    );
    const dropped = at(
      { requests: requests.map((each) => ({ ...each, taskType: 'CLUSTERING' })) },
      { dropsUnplaced: true },
    );
    assert.deepEqual(dropped().dropped, ['requests[0].taskType']);
  });

  test('must be of one kind, and a text of one part', () => {
    const param = (body: Record<string, unknown>): string | undefined => {
      try {
        translated('openai-embeddings', body);
      } catch (thrown) {
        if (thrown instanceof Fault) return thrown.refusal.param;
        throw thrown;
      }
      return undefined;
    };
    const [first, second] = requests;
    assert.equal(param({ requests: [first, { ...second, taskType: 'CLUSTERING' }] }), 'requests[1].taskType');
    assert.equal(
      param({ requests: [first, { ...second, outputDimensionality: 8 }] }),
      'requests[1].outputDimensionality',
    );
    assert.equal(param({ content: { parts: [{ text: 'a' }, { text: 'b' }] } }), 'content.parts');
  });
});
