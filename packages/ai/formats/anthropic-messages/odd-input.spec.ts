import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';
import { test } from '#testkit/test.ts';
import { NoPlace } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { askMessages } from './ask.ts';
import { decodeMessagesRequest } from './decode.ts';
import { encodeMessagesRequest } from './encode.ts';
import { patchMessagesRequest } from './patch.ts';
import { openMessagesReader } from './reader.ts';
import { openMessagesWriter } from './stream-writer.ts';
import { openMessagesTap } from './tap.ts';
import { noEnd, passedThrough, testContext, testReading, testTap, testTarget } from './testing.ts';

/** Values as they may stand anywhere. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, '', 'x', [], {}, [null], [[]], { type: 'text' }, { type: 7 }),
  fc.jsonValue({ maxDepth: 2 }),
);

const usage = fc.record(
  {
    input_tokens: anyValue,
    output_tokens: fc.oneof(fc.nat(), anyValue),
    cache_creation: anyValue,
    server_tool_use: anyValue,
  },
  { requiredKeys: [] },
);
const block = fc.oneof(
  anyValue,
  fc.record(
    {
      type: fc.constantFrom('text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use', 'new'),
      text: anyValue,
      thinking: anyValue,
      signature: anyValue,
      data: anyValue,
      id: anyValue,
      name: anyValue,
      input: anyValue,
      citations: anyValue,
    },
    { requiredKeys: ['type'] },
  ),
);
const delta = fc.oneof(
  anyValue,
  fc.record(
    {
      type: fc.constantFrom(
        'text_delta',
        'thinking_delta',
        'signature_delta',
        'input_json_delta',
        'citations_delta',
        'new',
      ),
      text: anyValue,
      thinking: anyValue,
      partial_json: fc.oneof(fc.constantFrom('', '{', '{}'), anyValue),
      citation: anyValue,
      stop_reason: fc.oneof(fc.constantFrom('end_turn', 'tool_use'), anyValue),
    },
    { requiredKeys: [] },
  ),
);
const names = [
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'ping',
  'new',
];
const event = fc.record(
  {
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.constantFrom('message_stop', 'error', 7) },
    ),
    index: fc.oneof(fc.nat(3), anyValue),
    message: fc.oneof(anyValue, fc.record({ usage, id: anyValue, model: anyValue })),
    content_block: block,
    delta,
    usage,
    error: anyValue,
  },
  { requiredKeys: ['type'] },
);

function streamOf(events: readonly { readonly type: unknown }[]): Buffer {
  return Buffer.from(events.map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`).join(''));
}

test('events of any kind in any order break neither the reader nor what is written of it', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const reader = openMessagesReader(testReading());
      const writer = openMessagesWriter(testContext);
      let written = '';
      let state = 'open';
      for (const each of createSseReader().push(streamOf(events))) {
        state = reader.readEvent(each);
        for (const part of reader.takeParts()) written += writer.write(part);
      }
      if (state === 'open') state = reader.readEnd();
      for (const part of reader.takeParts()) written += writer.write(part);
      written += writer.close({ ...noEnd, usage: reader.usage()?.usage ?? null });
      assert.match(written, /event: message_stop\ndata: .*\n\n$/);
      for (const quantity of Object.values(reader.usage()?.usage ?? {})) assert.ok(quantity > 0);
    }),
    { numRuns: 500 },
  );
});

test('a stream that is passed on is the same wherever its bytes are cut, whatever its events are', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), fc.integer({ min: 1, max: 60 }), (events, pieceBytes) => {
      const bytes = streamOf(events);
      const [whole, cut] = [bytes.length + 1, pieceBytes].map((length) => {
        const decoder = openMessagesTap(testTap({ stream: true }));
        const passed = passedThrough(decoder, bytes, length);
        return {
          passed,
          status: decoder.status(),
          usage: decoder.usage(),
          sample: decoder.sample(),
          work: decoder.hasWork(),
        };
      });
      assert.deepEqual(cut, whole);
    }),
    { numRuns: 300 },
  );
});

test('a document of any kind is read or said to be none', () => {
  const document = fc.record(
    { content: fc.oneof(anyValue, fc.array(block)), usage, error: anyValue },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(document, (each) => {
      const reader = openMessagesReader(testReading());
      assert.ok(['whole', 'failed', 'invalid'].includes(reader.readDocument(each)));
      reader.usage();
    }),
  );
});

test('a request of any kind is taken or refused by a field, and one that is taken can be written for a provider', () => {
  const request = fc.record(
    {
      messages: fc.oneof(
        anyValue,
        fc.array(
          fc.record({
            role: fc.constantFrom('user', 'assistant', 'system', 7),
            content: fc.oneof(anyValue, fc.array(block)),
          }),
        ),
      ),
      system: anyValue,
      tools: fc.oneof(
        anyValue,
        fc.array(fc.record({ name: anyValue, input_schema: anyValue, type: anyValue }, { requiredKeys: [] })),
      ),
      tool_choice: anyValue,
      thinking: anyValue,
      output_config: anyValue,
      metadata: anyValue,
      stop_sequences: anyValue,
      context_management: anyValue,
      model: fc.constant('claude-x'),
      max_tokens: fc.nat(),
    },
    { requiredKeys: ['model', 'max_tokens'] },
  );
  fc.assert(
    fc.property(request, (body) => {
      const text = JSON.stringify(body);
      const asked = askMessages(JSON.parse(text), text.length);
      if ('refusal' in asked) {
        assert.equal(typeof asked.refusal.param, 'string');
        return;
      }
      patchMessagesRequest(Buffer.from(text), JSON.parse(text), testTarget());
      translated(parseObjectKeptDigits(text) ?? {});
    }),
    { numRuns: 500 },
  );
});

/** Nothing but what names a field is thrown. */
function translated(body: JsonObject): void {
  try {
    const { body: encoded } = encodeMessagesRequest(decodeMessagesRequest(body), testTarget({ dropsUnplaced: true }));
    JSON.parse(encoded);
  } catch (thrown) {
    const isTold = thrown instanceof NoPlace || (thrown instanceof Fault && thrown.refusal.param !== undefined);
    if (!isTold) throw thrown;
  }
}
