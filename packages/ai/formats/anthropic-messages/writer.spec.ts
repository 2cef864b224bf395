import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, test } from '#testkit/test.ts';
import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { openMessagesWriter } from './stream-writer.ts';
import { testContext } from './testing.ts';
import { writeMessage } from './write-answer.ts';

type Event = Record<string, unknown> & { readonly index?: number };

const part = (fields: object) => ({ choice: 0, ...fields }) as AnswerPart;
const start = part({ type: 'start', id: 'chatcmpl-1', model: 'gpt', createdAtS: 1 });
const text = (said: string) => part({ type: 'text-delta', text: said });
const thought = (said: string, fields = {}) => part({ type: 'reasoning-delta', text: said, ...fields });
const proof = (format: string, kind = 'signature', id?: string) =>
  part({ type: 'reasoning-proof', format, kind, value: 'p', id });
const callStart = (index: number) =>
  part({ type: 'tool-call-start', index, id: `c${index}`, name: `f${index}`, kind: 'function' });
const callDelta = (index: number, input: string) => part({ type: 'tool-call-delta', index, input });
const callEnd = (index: number) => part({ type: 'tool-call-end', index });
const finish = (reason = 'stop', stopSequence: string | null = null) => part({ type: 'finish', reason, stopSequence });
const end: AnswerEnd = {
  usage: { input: 10, cached_input: 20, cache_write: 3, cache_write_1h: 4, output: 5, reasoning: 6, search: 1 },
  serviceTier: '',
};

function eventsOf(parts: readonly AnswerPart[], told: AnswerEnd = end): readonly Event[] {
  const writer = openMessagesWriter(testContext);
  const stream = parts.map((each) => writer.write(each)).join('') + writer.close(told);
  return createSseReader()
    .push(Buffer.from(stream))
    .map(({ name, data }) => {
      const event: Event = JSON.parse(data);
      assert.equal(event['type'], name);
      return event;
    });
}

/** The message that a client puts together out of the events, and that it would refuse to where they are out of order. */
function accumulated(events: readonly Event[]): {
  readonly content: Record<string, unknown>[];
  readonly usage: unknown;
} {
  const content: Record<string, unknown>[] = [];
  let open: number | null = null;
  assert.equal(events[0]?.['type'], 'message_start');
  for (const event of events) {
    const delta = event['delta'] as Record<string, unknown> | undefined;
    const block = content.at(-1);
    if (event['type'] === 'content_block_start') {
      assert.equal(open, null);
      assert.equal(event.index, content.length);
      open = content.length;
      content.push({ ...(event['content_block'] as object) });
    } else if (event['type'] === 'content_block_stop') {
      assert.equal(event.index, open);
      open = null;
    } else if (event['type'] === 'content_block_delta') {
      assert.equal(event.index, open);
      if (delta?.['type'] === 'text_delta') Object.assign(block ?? {}, { text: `${block?.['text']}${delta['text']}` });
      if (delta?.['type'] === 'thinking_delta')
        Object.assign(block ?? {}, { thinking: `${block?.['thinking']}${delta['thinking']}` });
      if (delta?.['type'] === 'signature_delta') Object.assign(block ?? {}, { signature: delta['signature'] });
      if (delta?.['type'] === 'input_json_delta')
        Object.assign(block ?? {}, { json: `${block?.['json'] ?? ''}${delta['partial_json']}` });
    }
  }
  assert.equal(open, null);
  assert.deepEqual(
    events.slice(-2).map(({ type }) => type),
    ['message_delta', 'message_stop'],
  );
  return { content, usage: events.at(-2)?.['usage'] };
}

describe('a stream for a client of Messages', () => {
  test('has its events in order, and the end only once the usage is durable', () => {
    const writer = openMessagesWriter(testContext);
    const head = writer.write(start);
    assert.match(head, /^event: message_start\ndata: \{"type":"message_start","message":\{"id":"msg_0198c2f0/);
    assert.equal(
      writer.write(text('Hi')),
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","citations":null}}\n\n' +
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n',
    );
    assert.equal(writer.write(finish('length')), '');
    const closing = writer.close(end);
    assert.match(closing, /^event: content_block_stop/);
    assert.match(closing, /"stop_reason":"max_tokens"/);
    assert.match(closing, /event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
  });

  test('tells the usage with the cache beside the input and thinking within the output', () => {
    const { usage } = accumulated(eventsOf([start, text('a'), finish()]));
    assert.deepEqual(usage, {
      input_tokens: 10,
      cache_creation_input_tokens: 7,
      cache_read_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
      output_tokens: 11,
      output_tokens_details: { thinking_tokens: 6 },
      server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
      service_tier: 'standard',
      speed: 'standard',
      inference_geo: null,
    });
  });

  test('tells the cost where it was asked for', () => {
    const { usage } = accumulated(eventsOf([start, finish()], { ...end, costNanoUsd: 5n }));
    assert.equal((usage as { cost: number }).cost, 0.000000005);
  });

  test('has one block at a time, however the pieces of calls are mixed', () => {
    const mixed = [
      text('a'),
      callStart(0),
      callStart(1),
      callDelta(1, '{"b"'),
      callDelta(0, '{"a":1'),
      callDelta(1, ':2}'),
      callDelta(0, '}'),
      callEnd(0),
      text('z'),
      callEnd(1),
    ];
    const { content } = accumulated(eventsOf([start, ...mixed, finish('tool-calls')]));
    assert.deepEqual(
      content.map((block) => block['text'] ?? block['json']),
      ['a', '{"a":1}', '{"b":2}', 'z'],
    );
  });

  test('has thoughts with their signature, redacted ones, and the thoughts of other makers with their proof carried', () => {
    const parts = [
      thought('a'),
      thought('b'),
      proof('anthropic-messages'),
      proof('anthropic-messages', 'redacted'),
      thought('c'),
      proof('openai-responses', 'encrypted', 'rs:1'),
      text('d'),
    ];
    const { content } = accumulated(eventsOf([start, ...parts, finish()]));
    assert.deepEqual(content, [
      { type: 'thinking', thinking: 'ab', signature: 'p' },
      { type: 'redacted_thinking', data: 'p' },
      { type: 'thinking', thinking: 'c', signature: 'gateway-proof:openai-responses:encrypted:rs%3A1:p' },
      { type: 'text', text: 'd', citations: null },
    ]);
  });

  test('has the pieces of a summary apart', () => {
    const parts = [
      thought('a', { summaryIndex: 0 }),
      thought('b', { summaryIndex: 0 }),
      thought('c', { summaryIndex: 1 }),
    ];
    const { content } = accumulated(eventsOf([start, ...parts, finish()]));
    assert.equal(content[0]?.['thinking'], 'ab\n\nc');
  });

  test('has what only Anthropic knows as it was, and nothing of other formats', () => {
    const foreign = (format: string, what: string) =>
      part({ type: 'foreign', value: { type: 'foreign', format, what, json: '{"type":"x"}' } });
    const { content } = accumulated(
      eventsOf([start, foreign('anthropic-messages', 'x'), foreign('openai-chat', 'y'), finish()]),
    );
    assert.deepEqual(content, [{ type: 'x' }]);
  });

  test('of an answer without anything is a message all the same', () => {
    assert.deepEqual(accumulated(eventsOf([])).content, []);
  });

  test('says why it ended', () => {
    const reasonOf = (...told: readonly [string, (string | null)?]) => {
      const delta = eventsOf([start, finish(...told)]).at(-2)?.['delta'];
      return (delta as { readonly stop_reason: string } | undefined)?.stop_reason;
    };
    assert.equal(reasonOf('stop'), 'end_turn');
    assert.equal(reasonOf('stop', 'END'), 'stop_sequence');
    assert.equal(reasonOf('tool-calls'), 'tool_use');
    assert.equal(reasonOf('refused'), 'refusal');
    assert.equal(reasonOf('paused'), 'pause_turn');
  });
});

test('a call has an id in the letters of this format, also where a model gives none', () => {
  const call = (index: number, id: string) => part({ type: 'tool-call-start', index, id, name: 'f', kind: 'function' });
  const calls = [call(0, 'functions.f:0'), callEnd(0), call(1, ''), callEnd(1), call(2, 'call_1'), callEnd(2)];
  const { content } = accumulated(eventsOf([start, ...calls, finish('tool-calls')]));
  assert.deepEqual(
    content.map(({ id }) => id),
    ['x-functions_2e_f_3a_0', 'toolu_0198c2f0000070008000000000000001_1', 'call_1'],
  );
});

describe('a message', () => {
  test('has the same blocks as the stream of the same answer', () => {
    const piece = fc.oneof(
      fc.string({ minLength: 1 }).map(text),
      fc.string({ minLength: 1 }).map((said) => thought(said)),
      fc.constantFrom(proof('anthropic-messages'), proof('anthropic-messages', 'redacted'), proof('openai-responses')),
      fc.constantFrom(callStart(0), callDelta(0, '1'), callEnd(0), callStart(1), callDelta(1, '{'), callDelta(1, '}')),
    );
    fc.assert(
      fc.property(fc.uniqueArray(piece, { maxLength: 20 }), (pieces) => {
        const streamed = accumulated(eventsOf([start, ...pieces, finish()])).content;
        const whole: { content: Record<string, unknown>[] } = JSON.parse(
          writeMessage([start, ...pieces, finish()], end, testContext),
        );
        const comparable = ({ json, input, ...block }: Record<string, unknown>) => block;
        assert.deepEqual(whole.content.map(comparable), streamed.map(comparable));
      }),
    );
  });

  test('has the inputs of tools with their digits, and as a text where a model wrote no object', () => {
    const whole = writeMessage(
      [
        start,
        callStart(0),
        callDelta(0, '{"n":1234567890123456789}'),
        callEnd(0),
        callStart(1),
        callDelta(1, '{"cut'),
        callEnd(1),
        finish('length'),
      ],
      end,
      testContext,
    );
    assert.ok(whole.includes('"input":{"n":1234567890123456789}'));
    const message = JSON.parse(whole);
    assert.equal(message.content[1].input, '{"cut');
    assert.equal(message.stop_reason, 'max_tokens');
    assert.equal(message.model, 'asked-model');
    assert.equal(message.id, 'msg_0198c2f0000070008000000000000001');
  });
});
