import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import type { Reading } from '../../format.ts';
import { openConverseReader } from './reader.ts';
import { type NamedEvent, testReading, thoughtfulStream } from './testing.ts';

const withoutTime = (parts: readonly AnswerPart[]) =>
  parts.map((part) => (part.type === 'start' ? { ...part, createdAtS: 0 } : part));

function streamed(events: readonly NamedEvent[], reading: Reading = testReading()) {
  const reader = openConverseReader(reading);
  let state = 'open';
  for (const [name, data] of events) state = reader.readEvent({ name, data: JSON.stringify(data) });
  return { reader, state, parts: withoutTime(reader.takeParts()) };
}

const start = { type: 'start', id: '', model: 'asked-model', createdAtS: 0 } as const;
const format = 'bedrock-converse';

describe('a stream', () => {
  test('is thoughts with their proof, text, a call and its end, and its usage comes behind the end', () => {
    const { reader, state, parts } = streamed(thoughtfulStream);
    assert.equal(state, 'whole');
    assert.deepEqual(parts, [
      start,
      { type: 'reasoning-delta', choice: 0, text: 'Hm. ' },
      { type: 'reasoning-proof', choice: 0, format, kind: 'signature', value: 'c2ln' },
      { type: 'text-delta', choice: 0, text: 'Let me ' },
      { type: 'text-delta', choice: 0, text: 'look – ä.' },
      { type: 'tool-call-start', choice: 0, index: 0, id: 'tooluse_1', name: 'weather', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 0, input: '{"city":' },
      { type: 'tool-call-delta', choice: 0, index: 0, input: '"Oslo"}' },
      { type: 'tool-call-end', choice: 0, index: 0 },
      { type: 'finish', choice: 0, reason: 'tool-calls', stopSequence: null },
    ]);
    const report = reader.usage();
    assert.deepEqual(report?.usage, {
      input: 30,
      cached_input: 1_000,
      cache_write: 150,
      cache_write_1h: 50,
      output: 20,
    });
    assert.deepEqual([report?.serviceTier, report?.flags, reader.isUsageFinal()], ['flex', [], true]);
  });

  test('is open until its usage has come, and whole without it where the bytes end', () => {
    const { reader, state } = streamed(thoughtfulStream.slice(0, -1));
    assert.deepEqual([state, reader.usage(), reader.isUsageFinal()], ['open', null, false]);
    assert.equal(reader.readEnd(), 'whole');
  });

  test('that ends before its reason to stop is cut', () => {
    assert.equal(streamed(thoughtfulStream.slice(0, -2)).reader.readEnd(), 'open');
  });

  test('fails at an exception by its own name, and an exception behind the reason to stop takes nothing from the answer', () => {
    const exception: NamedEvent = ['throttlingException', { message: 'Too many requests, please wait.' }];
    const { reader, state } = streamed([...thoughtfulStream.slice(0, 3), exception]);
    assert.equal(state, 'failed');
    assert.deepEqual(reader.failure(), {
      kind: 'rate',
      message: 'Too many requests, please wait.',
      code: 'throttlingException',
      param: '',
    });
    assert.equal(streamed([...thoughtfulStream.slice(0, -1), exception]).state, 'whole');
  });

  test('gives redacted thoughts put together from their bytes, not from their letters', () => {
    const bytes = Buffer.from('some secret thoughts');
    const pieces = [bytes.subarray(0, 7), bytes.subarray(7)].map(
      (piece): NamedEvent => [
        'contentBlockDelta',
        { contentBlockIndex: 0, delta: { reasoningContent: { redactedContent: piece.toString('base64') } } },
      ],
    );
    const { parts } = streamed([...pieces, ['messageStop', { stopReason: 'end_turn' }]]);
    assert.deepEqual(parts[1], {
      type: 'reasoning-proof',
      choice: 0,
      format,
      kind: 'redacted',
      value: bytes.toString('base64'),
    });
  });

  test('of a wrapped tool, a renamed tool and a tool that stands in for JSON is in the client’s own terms', () => {
    const call = (index: number, name: string, input: string): readonly NamedEvent[] => [
      ['contentBlockStart', { contentBlockIndex: index, start: { toolUse: { toolUseId: `c${index}`, name } } }],
      ['contentBlockDelta', { contentBlockIndex: index, delta: { toolUse: { input } } }],
      ['contentBlockStop', { contentBlockIndex: index }],
    ];
    const events = [
      ...call(0, 'patch', '{"input":"a\\nb"}'),
      ...call(1, 'a_b_1234', '{}'),
      ...call(2, 'answer_in_json', '{"x":1}'),
    ];
    const notes = {
      wrappedTools: new Set(['patch']),
      toolNames: new Map([['a_b_1234', 'a.b']]),
      jsonToolName: 'answer_in_json',
    };
    const { parts } = streamed(events, testReading(notes));
    assert.deepEqual(parts.slice(1), [
      { type: 'tool-call-start', choice: 0, index: 0, id: 'c0', name: 'patch', kind: 'custom' },
      { type: 'tool-call-delta', choice: 0, index: 0, input: 'a\nb' },
      { type: 'tool-call-end', choice: 0, index: 0 },
      { type: 'tool-call-start', choice: 0, index: 1, id: 'c1', name: 'a.b', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 1, input: '{}' },
      { type: 'tool-call-end', choice: 0, index: 1 },
      { type: 'text-delta', choice: 0, text: '{"x":1}' },
    ]);
  });

  test('keeps what Amazon alone has as it is: a tool that it ran, and the sources of a text', () => {
    const { parts } = streamed([
      [
        'contentBlockStart',
        {
          contentBlockIndex: 0,
          start: { toolUse: { toolUseId: 's', name: 'nova_grounding', type: 'server_tool_use' } },
        },
      ],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: '{"q":"x"}' } } }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      ['contentBlockDelta', { contentBlockIndex: 1, delta: { citation: { title: 'T' } } }],
    ]);
    const toolUse = { toolUseId: 's', name: 'nova_grounding', type: 'server_tool_use', input: { q: 'x' } };
    assert.deepEqual(parts.slice(1), [
      {
        type: 'foreign',
        choice: 0,
        value: { type: 'foreign', format, what: 'toolUse', json: JSON.stringify({ toolUse }) },
      },
      { type: 'foreign', choice: 0, value: { type: 'foreign', format, what: 'citation', json: '{"title":"T"}' } },
    ]);
  });
});

describe('a whole answer', () => {
  const answer = {
    output: {
      message: {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
          { citationsContent: { content: [{ text: 'It rains.' }], citations: [{ title: 'T' }] } },
          { toolUse: { toolUseId: 't', name: 'weather', input: { n: 1 } } },
        ],
      },
    },
    stopReason: 'stop_sequence',
    additionalModelResponseFields: { stop_sequence: 'END' },
    usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
    serviceTier: { type: 'default' },
  };

  test('is read as a stream is', () => {
    const reader = openConverseReader(testReading());
    assert.equal(reader.readDocument(answer), 'whole');
    assert.deepEqual(withoutTime(reader.takeParts()), [
      start,
      { type: 'reasoning-delta', choice: 0, text: 'Hm.' },
      { type: 'reasoning-proof', choice: 0, format, kind: 'signature', value: 'c2ln' },
      { type: 'text-delta', choice: 0, text: 'It rains.' },
      { type: 'foreign', choice: 0, value: { type: 'foreign', format, what: 'citation', json: '{"title":"T"}' } },
      { type: 'tool-call-start', choice: 0, index: 0, id: 't', name: 'weather', kind: 'function' },
      { type: 'tool-call-delta', choice: 0, index: 0, input: '{"n":1}' },
      { type: 'tool-call-end', choice: 0, index: 0 },
      { type: 'finish', choice: 0, reason: 'tool-calls', stopSequence: 'END' },
    ]);
    assert.deepEqual(reader.usage()?.usage, { input: 3, output: 4 });
    assert.equal(reader.usage()?.serviceTier, '');
  });

  test('that is an error has failed, and a document of any other form is none', () => {
    const failed = openConverseReader(testReading());
    assert.equal(
      failed.readDocument({ message: 'The model is not ready.', __type: 'x#ModelNotReadyException' }),
      'failed',
    );
    assert.equal(failed.failure()?.kind, 'overload');
    assert.equal(openConverseReader(testReading()).readDocument({ choices: [] }), 'invalid');
  });
});
