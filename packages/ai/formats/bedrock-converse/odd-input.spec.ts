import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import type { AnswerDecoder } from '../../answer-decoder.ts';
import type { FrontFormatName } from '../../format.ts';
import { framedDecoder } from '../../framing/framed-decoder.ts';
import { awsEvent, awsException } from '../../framing/testing.ts';
import { openTranslation } from '../../translate/translation.ts';
import { formatTable } from '../format-table.ts';
import { openConverseReader } from './reader.ts';
import { testReading, thoughtfulStream } from './testing.ts';

const fronts: readonly FrontFormatName[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate'];

/** Values as they may stand anywhere. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, '', 'x', [], {}, [null], { type: 'default' }),
  fc.jsonValue({ maxDepth: 2 }),
);
const of = (...names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, anyValue])), { requiredKeys: [] });

const thought = fc.oneof(anyValue, of('text', 'signature', 'redactedContent', 'reasoningText'));
const toolUse = fc.oneof(
  anyValue,
  fc.record({ toolUseId: anyValue, name: anyValue, input: anyValue, type: anyValue }, { requiredKeys: [] }),
);
const block = fc.oneof(
  anyValue,
  fc.record(
    {
      text: anyValue,
      toolUse,
      reasoningContent: thought,
      citationsContent: of('content', 'citations'),
      image: anyValue,
    },
    { requiredKeys: [] },
  ),
);
const delta = fc.oneof(
  anyValue,
  fc.record({ text: anyValue, toolUse, reasoningContent: thought, citation: anyValue }, { requiredKeys: [] }),
);
const usage = fc.oneof(
  anyValue,
  fc.record(
    {
      inputTokens: fc.oneof(fc.nat(), anyValue),
      outputTokens: fc.oneof(fc.nat(), anyValue),
      cacheReadInputTokens: anyValue,
      cacheWriteInputTokens: fc.oneof(fc.nat(), anyValue),
      cacheDetails: fc.oneof(anyValue, fc.array(of('ttl', 'inputTokens'))),
    },
    { requiredKeys: [] },
  ),
);
const event = fc.tuple(
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('messageStart', 'contentBlockStart', 'contentBlockDelta', 'new') },
    { weight: 4, arbitrary: fc.constantFrom('contentBlockStop', 'metadata') },
    { weight: 1, arbitrary: fc.constantFrom('messageStop', 'throttlingException') },
  ),
  fc.record(
    {
      contentBlockIndex: fc.oneof(fc.nat(3), anyValue),
      start: fc.oneof(anyValue, fc.record({ toolUse })),
      delta,
      usage,
      stopReason: anyValue,
      serviceTier: anyValue,
    },
    { requiredKeys: [] },
  ),
);

test('events of any kind in any order are read, and no event but an end and a failure ends a stream', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 14 }), (events) => {
      const reader = openConverseReader(testReading());
      let ended = false;
      for (const [name, data] of events) {
        const state = reader.readEvent({ name, data: JSON.stringify(data) });
        if (state !== 'open' && !ended) assert.ok(['messageStop', 'metadata', 'throttlingException'].includes(name));
        ended ||= state !== 'open';
      }
      const starts = reader.takeParts().filter(({ type }) => type === 'start');
      assert.ok(starts.length <= 1);
      for (const quantity of Object.values(reader.usage()?.usage ?? {})) assert.ok(quantity > 0);
    }),
    { numRuns: 200 },
  );
});

test('a document of any kind is read or said to be none', () => {
  const message = fc.oneof(anyValue, fc.record({ content: fc.oneof(anyValue, fc.array(block)) }));
  const document = fc.record(
    { output: fc.oneof(anyValue, fc.record({ message })), usage, stopReason: anyValue, message: anyValue },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(document, (each) => {
      const reader = openConverseReader(testReading());
      assert.ok(['whole', 'failed', 'invalid'].includes(reader.readDocument(each)));
      reader.usage();
    }),
    { numRuns: 200 },
  );
});

function decoderFor(front: FrontFormatName): AnswerDecoder {
  const decoder = openTranslation({
    from: formatTable['bedrock-converse'],
    to: formatTable[front],
    stream: true,
    reading: testReading(),
    context: { model: 'asked-model', requestId: 'r-1', body: {}, nowS: 1_700_000_000 },
  });
  return framedDecoder(decoder, 'aws-event-stream');
}

/** All that a client gets of bytes that come in pieces of a length, and what is known of the answer then. */
function heard(bytes: Buffer, pieceBytes: number, front: FrontFormatName) {
  const decoder = decoderFor(front);
  const passed: Buffer[] = [];
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    const out = decoder.push(bytes.subarray(at, at + pieceBytes));
    if (out !== null) passed.push(out);
  }
  decoder.end();
  const usage = decoder.usage()?.usage ?? null;
  if (decoder.status() === 'whole') passed.push(decoder.closing({ usage, serviceTier: '' }));
  // The time of an answer is the reader's own clock.
  const text = Buffer.concat(passed)
    .toString()
    .replaceAll(/"(?:created|created_at)":\d+/g, '"created":0');
  return { text, status: decoder.status(), usage, work: decoder.hasWork(), sample: decoder.sample() };
}

test('a stream is the same for clients of every format wherever its bytes are cut', () => {
  const named = thoughtfulStream.map(([name, data]) => awsEvent(name, data));
  const streams = [
    Buffer.concat(named),
    Buffer.concat(named.slice(0, -1)),
    Buffer.concat([...named.slice(0, 6), awsException('modelStreamErrorException', 'It broke.')]),
  ];
  const states = ['whole', 'whole', 'failed'];
  for (const front of fronts) {
    for (const [at, bytes] of streams.entries()) {
      const whole = heard(bytes, bytes.length, front);
      assert.equal(whole.status, states[at], front);
      for (const pieceBytes of [1, 7, 64, 333]) assert.deepEqual(heard(bytes, pieceBytes, front), whole, front);
    }
  }
});

test('any events are the same wherever their bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), fc.integer({ min: 1, max: 90 }), (events, pieceBytes) => {
      const bytes = Buffer.concat(events.map(([name, data]) => awsEvent(name, data)));
      assert.deepEqual(heard(bytes, pieceBytes, 'openai-chat'), heard(bytes, bytes.length + 1, 'openai-chat'));
    }),
    { numRuns: 60 },
  );
});
