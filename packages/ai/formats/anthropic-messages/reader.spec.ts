import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { openMessagesReader } from './reader.ts';
import { fixture, testReading } from './testing.ts';

/** Reads a stream in pieces. Deltas of one kind that follow each other are joined. */
function read(bytes: Buffer, notes = {}, pieceBytes = 64) {
  const reader = openMessagesReader(testReading(notes));
  const sse = createSseReader();
  let state = 'open';
  for (let at = 0; at < bytes.length && state === 'open'; at += pieceBytes) {
    for (const event of sse.push(bytes.subarray(at, at + pieceBytes))) state = reader.readEvent(event);
  }
  const last = sse.end();
  if (last && state === 'open') state = reader.readEvent(last);
  if (state === 'open') state = reader.readEnd();
  return { reader, state, parts: joined(reader.takeParts()) };
}

function joined(parts: readonly AnswerPart[]): readonly unknown[] {
  const all: Record<string, unknown>[] = [];
  for (const { choice: _choice, createdAtS: _created, ...part } of parts as readonly Record<string, unknown>[]) {
    const last = all.at(-1);
    const isSame = last?.['type'] === part['type'] && last?.['index'] === part['index'];
    if (isSame && String(part['type']).endsWith('-delta')) {
      const field = part['type'] === 'tool-call-delta' ? 'input' : 'text';
      Object.assign(last ?? {}, { [field]: `${last?.[field]}${part[field]}` });
    } else all.push({ ...part });
  }
  return all;
}

const sse = (...events: readonly { readonly type: string }[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
const start = {
  type: 'message_start',
  message: { id: 'm', model: 'c', usage: { input_tokens: 100, output_tokens: 1 } },
};
const stop = { type: 'message_stop' };
const ended = (reason: string) => ({
  type: 'message_delta',
  delta: { stop_reason: reason },
  usage: { output_tokens: 5 },
});
const blockStart = (index: number, block: object) => ({ type: 'content_block_start', index, content_block: block });
const blockDelta = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta });
const blockStop = (index: number) => ({ type: 'content_block_stop', index });
const json = (text: string) => ({ type: 'input_json_delta', partial_json: text });

describe('a stream', () => {
  test('of text and a call is read, wherever the bytes are cut', () => {
    const bytes = fixture('text-and-tool.sse');
    for (let pieceBytes = 1; pieceBytes < 200; pieceBytes += 7) {
      const { state, parts, reader } = read(bytes, {}, pieceBytes);
      assert.equal(state, 'whole');
      assert.deepEqual(parts, [
        { type: 'start', id: 'msg_01A', model: 'claude-sonnet-4-20250514' },
        { type: 'text-delta', text: 'Let me look: é👋\n' },
        { type: 'tool-call-start', index: 0, id: 'toolu_01B', name: 'get_weather', kind: 'function' },
        { type: 'tool-call-delta', index: 0, input: '{"id": 1234567890123456789}' },
        { type: 'tool-call-end', index: 0 },
        { type: 'finish', reason: 'tool-calls', stopSequence: null },
      ]);
      assert.equal(reader.usage()?.usage.cached_input, 2_048);
      assert.equal(reader.isUsageFinal(), true);
    }
  });

  test('of thoughts is read with their proofs', () => {
    const { parts, reader } = read(fixture('thinking.sse'));
    const proof = { type: 'reasoning-proof', format: 'anthropic-messages' };
    assert.deepEqual(parts.slice(1), [
      { type: 'reasoning-delta', text: '17 is prime.' },
      { ...proof, kind: 'signature', value: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=' },
      { ...proof, kind: 'redacted', value: 'EmwKAhgBEgy3va3pzix=' },
      { type: 'text-delta', text: 'Yes.' },
      { type: 'finish', reason: 'stop', stopSequence: null },
    ]);
    assert.deepEqual(reader.usage()?.usage, { input: 25, output: 11, reasoning: 30 });
  });

  test('may give a signature in pieces, and may not end its thoughts before the next block', () => {
    const signed = (signature: string) => blockDelta(0, { type: 'signature_delta', signature });
    const events = [blockStart(0, { type: 'thinking', thinking: 'a', signature: '' }), signed('x'), signed('y')];
    const { parts } = read(sse(start, ...events, blockStart(1, { type: 'text', text: 'b' }), ended('end_turn'), stop));
    assert.deepEqual(parts.slice(1, 4), [
      { type: 'reasoning-delta', text: 'a' },
      { type: 'reasoning-proof', format: 'anthropic-messages', kind: 'signature', value: 'xy' },
      { type: 'text-delta', text: 'b' },
    ]);
  });

  test('that gives the whole input of a call at its start has that input, with its digits; deltas come before it', () => {
    const whole = `event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"id":1234567890123456789}}}\n\n`;
    const inputs = (...middle: Buffer[]) =>
      read(Buffer.concat([sse(start), ...middle, sse(blockStop(0), ended('tool_use'), stop)]))
        .parts.filter((part) => (part as AnswerPart).type === 'tool-call-delta')
        .map((part) => (part as { input: string }).input);
    assert.deepEqual(inputs(Buffer.from(whole)), ['{"id":1234567890123456789}']);
    assert.deepEqual(inputs(Buffer.from(whole), sse(blockDelta(0, json('{"id":8}')))), ['{"id":8}']);
    assert.deepEqual(inputs(sse(blockStart(0, { type: 'tool_use', id: 't', name: 'f', input: {} }))), ['{}']);
    assert.deepEqual(inputs(sse(blockStart(0, { type: 'tool_use', id: 't', name: 'f' }))), ['{}']);
  });

  test('whose blocks do not end is whole all the same, with every call ended', () => {
    const tool = (index: number) => [
      blockStart(index, { type: 'tool_use', id: `t${index}`, name: 'f' }),
      blockDelta(index, json('{}')),
    ];
    const { state, parts } = read(sse(start, ...tool(0), ...tool(1), ended('tool_use'), stop));
    assert.equal(state, 'whole');
    assert.equal(parts.filter((part) => (part as AnswerPart).type === 'tool-call-end').length, 2);
  });

  test('gives the input of a tool that stands in for JSON as the text', () => {
    const events = [
      start,
      blockStart(0, { type: 'tool_use', id: 't', name: 'answer_in_json' }),
      blockDelta(0, json('{"a"')),
      blockDelta(0, json(':1}')),
    ];
    const { parts } = read(sse(...events, blockStop(0), ended('tool_use'), stop), { jsonToolName: 'answer_in_json' });
    assert.deepEqual(parts.slice(1), [
      { type: 'text-delta', text: '{"a":1}' },
      { type: 'finish', reason: 'stop', stopSequence: null },
    ]);
  });

  test('gives calls by the names that the client knows, and what was wrapped as it was', () => {
    const tool = (name: string, input: string) => [
      start,
      blockStart(0, { type: 'tool_use', id: 't', name }),
      ...Array.from(input, (letter) => blockDelta(0, json(letter))),
      blockStop(0),
      ended('tool_use'),
      stop,
    ];
    const notes = { toolNames: new Map([['a_b_1234', 'a.b']]), wrappedTools: new Set(['a.b']) };
    const callOf = (input: string) => read(sse(...tool('a_b_1234', input)), notes).parts.slice(1, 3);
    assert.deepEqual(callOf('{"input":"*** Begin\\n\\"x\\""}'), [
      { type: 'tool-call-start', index: 0, id: 't', name: 'a.b', kind: 'custom' },
      { type: 'tool-call-delta', index: 0, input: '*** Begin\n"x"' },
    ]);
    assert.deepEqual(callOf('{"other":1}')[1], { type: 'tool-call-delta', index: 0, input: '{"other":1}' });
  });

  test('passes over pings, unknown events, unknown blocks without meaning, and events that are no JSON', () => {
    const odd = Buffer.concat([
      sse({ type: 'ping' }, { type: 'hello' }),
      Buffer.from(': c\n\nevent: x\ndata: \n\ndata: [DONE]\n\ndata: null\n\nevent: ping\ndata: {}\n\n'),
    ]);
    const pieces = [start, blockStart(0, { type: 'text', text: '' }), blockDelta(0, { type: 'text_delta', text: 'a' })];
    const later = [blockDelta(0, { type: 'shrug_delta', text: 'b' }), blockStop(0), blockStop(7), ended('end_turn')];
    const bytes = Buffer.concat([odd, ...[...pieces, ...later].flatMap((event) => [sse(event), odd]), sse(stop)]);
    const { state, parts } = read(bytes);
    assert.equal(state, 'whole');
    assert.deepEqual(parts.slice(1), [
      { type: 'text-delta', text: 'a' },
      { type: 'finish', reason: 'stop', stopSequence: null },
    ]);
  });

  test('goes by the name of an event that has no type, and by the type of one that has no name', () => {
    const { type: _type, ...nameless } = blockDelta(0, { type: 'text_delta', text: 'a' });
    const bytes = `event: content_block_delta\ndata: ${JSON.stringify(nameless)}\n\ndata: ${JSON.stringify(blockDelta(0, { type: 'text_delta', text: 'b' }))}\n\n`;
    const { parts } = read(Buffer.concat([sse(start), Buffer.from(bytes), sse(ended('end_turn'), stop)]));
    assert.deepEqual(parts[1], { type: 'text-delta', text: 'ab' });
  });

  test('keeps what only Anthropic knows, with its whole input', () => {
    const search = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    const { parts } = read(
      sse(
        start,
        blockStart(0, search),
        blockDelta(0, json('{"query":')),
        blockDelta(0, json('"x"}')),
        blockStop(0),
        ended('end_turn'),
        stop,
      ),
    );
    assert.deepEqual(parts[1], {
      type: 'foreign',
      value: {
        type: 'foreign',
        format: 'anthropic-messages',
        what: 'server_tool_use',
        json: '{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}}',
      },
    });
  });

  test('that says an error has failed, in whatever form', () => {
    for (const error of [
      sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } as { type: string }),
      Buffer.from('event: error\ndata: {"error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'),
      Buffer.from('data: {"error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'),
    ]) {
      const { state, reader } = read(Buffer.concat([sse(start), error]));
      assert.equal(state, 'failed');
      assert.equal(reader.failure()?.kind, 'overload');
    }
  });

  test('that ends before its reason is cut, and behind it is whole', () => {
    const begun = [start, blockStart(0, { type: 'text', text: '' }), blockDelta(0, { type: 'text_delta', text: 'a' })];
    assert.equal(read(sse(...begun)).state, 'open');
    assert.equal(read(sse(...begun, ended('max_tokens'))).state, 'whole');
    const { reader } = read(sse(...begun));
    assert.equal(reader.isUsageFinal(), false);
  });
});

describe('a document', () => {
  test('is read like the stream of the same answer', () => {
    const document = parseObjectKeptDigits(fixture('message.body').toString());
    assert.ok(document);
    const reader = openMessagesReader(testReading());
    assert.equal(reader.readDocument(document), 'whole');
    assert.deepEqual(joined(reader.takeParts()), [
      { type: 'start', id: 'msg_01W', model: 'claude-sonnet-4-20250514' },
      { type: 'reasoning-delta', text: 'Which one?' },
      { type: 'reasoning-proof', format: 'anthropic-messages', kind: 'signature', value: 'c2ln' },
      { type: 'text-delta', text: 'Here.' },
      { type: 'tool-call-start', index: 0, id: 'toolu_01C', name: 'get_weather', kind: 'function' },
      { type: 'tool-call-delta', index: 0, input: '{"id":1234567890123456789,"amount":10}' },
      { type: 'tool-call-end', index: 0 },
      { type: 'finish', reason: 'tool-calls', stopSequence: null },
    ]);
    assert.deepEqual(reader.usage()?.usage, { input: 10, output: 30, reasoning: 20 });
  });

  test('that is an error, or no message, says so', () => {
    const state = (document: object) => openMessagesReader(testReading()).readDocument({ ...document });
    assert.equal(state({ type: 'error', error: { message: 'x' } }), 'failed');
    assert.equal(state({ error: { message: 'x' }, choices: [] }), 'failed');
    assert.equal(state({ base_resp: { status_code: 1004 } }), 'failed');
    assert.equal(state({ base_resp: { status_code: 0 }, content: [], error: {} }), 'whole');
    assert.equal(state({ choices: [] }), 'invalid');
  });

  test('says why it stopped', () => {
    const reason = (stop_reason: string, stop_sequence: string | null = null) => {
      const reader = openMessagesReader(testReading());
      reader.readDocument({ content: [], stop_reason, stop_sequence });
      return reader.takeParts().at(-1);
    };
    const finish = { type: 'finish', choice: 0, stopSequence: null };
    assert.deepEqual(reason('stop_sequence', 'END'), { ...finish, reason: 'stop', stopSequence: 'END' });
    assert.deepEqual(reason('model_context_window_exceeded'), { ...finish, reason: 'length' });
    assert.deepEqual(reason('refusal'), { ...finish, reason: 'refused' });
    assert.deepEqual(reason('pause_turn'), { ...finish, reason: 'paused' });
    assert.deepEqual(reason('something_new'), { ...finish, reason: 'stop' });
  });
});
