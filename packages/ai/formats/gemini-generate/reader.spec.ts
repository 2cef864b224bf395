import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import { openGeminiReader } from './reader.ts';
import { testReading, thoughtfulStream } from './testing.ts';

const withoutTime = (parts: readonly AnswerPart[]) =>
  parts.map((part) => (part.type === 'start' ? { ...part, createdAtS: 0 } : part));

function streamed(documents: readonly object[], reading = testReading()) {
  const reader = openGeminiReader(reading);
  for (const document of documents) reader.readEvent({ name: '', data: JSON.stringify(document) });
  const state = reader.readEnd();
  return { reader, state, parts: withoutTime(reader.takeParts()) };
}

describe('a stream', () => {
  test('is thoughts, text, signature and end, and its usage is apart and whole', () => {
    const { reader, state, parts } = streamed(thoughtfulStream);
    assert.equal(state, 'whole');
    assert.deepEqual(parts, [
      { type: 'start', id: 'resp', model: 'gemini-2.5-flash', createdAtS: 0 },
      { type: 'reasoning-delta', choice: 0, text: 'Hm. ' },
      { type: 'text-delta', choice: 0, text: 'Hello' },
      { type: 'text-delta', choice: 0, text: ' there' },
      { type: 'reasoning-proof', choice: 0, format: 'gemini-generate', kind: 'signature', value: 'c2ln' },
      { type: 'finish', choice: 0, reason: 'stop' },
    ]);
    assert.deepEqual(reader.usage()?.usage, { input: 8, cached_input: 4, output: 5, reasoning: 7 });
    assert.equal(reader.isUsageFinal(), true);
  });

  test('that ends before it says why it stopped is not whole', () => {
    assert.equal(streamed(thoughtfulStream.slice(0, 2)).state, 'open');
  });

  test('passes over events that are no JSON, and fails at an error in whichever form', () => {
    const reader = openGeminiReader(testReading());
    reader.readEvent({ name: '', data: 'not json' });
    const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } };
    assert.equal(reader.readEvent({ name: '', data: JSON.stringify([error]) }), 'failed');
    assert.deepEqual(reader.failure()?.kind, 'overload');
  });
});

describe('a document', () => {
  test('with calls ends with them, each with an id, and names and wrapped inputs are the client’s again', () => {
    const reader = openGeminiReader(
      testReading({ toolNames: new Map([['_odd_name', 'odd name']]), wrappedTools: new Set(['patch']) }),
    );
    const call = (name: string, args: object, more = {}) => ({ functionCall: { name, args, ...more } });
    const state = reader.readDocument({
      responseId: 'r',
      candidates: [
        {
          content: {
            parts: [
              { ...call('_odd_name', { a: 1 }), thoughtSignature: 's' },
              call('patch', { input: 'text "x"' }, { id: 'own' }),
            ],
          },
          finishReason: 'STOP',
        },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 },
    });
    assert.equal(state, 'whole');
    assert.deepEqual(withoutTime(reader.takeParts()).slice(1), [
      { type: 'reasoning-proof', choice: 0, format: 'gemini-generate', kind: 'signature', value: 's' },
      { type: 'tool-call-start', choice: 0, index: 0, id: 'call_r_0_0', name: 'odd name', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 0, input: '{"a":1}' },
      { type: 'tool-call-end', choice: 0, index: 0 },
      { type: 'tool-call-start', choice: 0, index: 1, id: 'own', name: 'patch', kind: 'custom' },
      { type: 'tool-call-delta', choice: 0, index: 1, input: 'text "x"' },
      { type: 'tool-call-end', choice: 0, index: 1 },
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ]);
  });

  test('of a blocked prompt is an answer that was refused, and its prompt counts', () => {
    const reader = openGeminiReader(testReading());
    const state = reader.readDocument({
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
    });
    assert.equal(state, 'whole');
    assert.deepEqual(withoutTime(reader.takeParts()).at(-1), { type: 'finish', choice: 0, reason: 'refused' });
    assert.deepEqual(reader.usage()?.usage, { input: 9 });
  });

  test('that is none is invalid, and an error with status 200 is one', () => {
    assert.equal(openGeminiReader(testReading()).readDocument({ hello: 1 }), 'invalid');
    const reader = openGeminiReader(testReading());
    assert.equal(
      reader.readDocument({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota' } }),
      'failed',
    );
    assert.equal(reader.failure()?.kind, 'rate');
  });
});
