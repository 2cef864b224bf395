import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createAnthropicStreamDecoder } from './stream.ts';

const event = (type: string, fields: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const start = event('message_start', {
  message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 9, cache_read_input_tokens: 3, output_tokens: 1 } },
});
const textStart = event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
const text = (piece: string, index = 0) =>
  event('content_block_delta', { index, delta: { type: 'text_delta', text: piece } });
const json = (piece: string, index: number) =>
  event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: piece } });
const toolStart = (index: number, name: string) =>
  event('content_block_start', { index, content_block: { type: 'tool_use', id: `t${index}`, name, input: {} } });
const stop = (index: number) => event('content_block_stop', { index });
const end = (stopReason = 'end_turn') =>
  event('message_delta', { delta: { stop_reason: stopReason }, usage: { output_tokens: 5 } }) + event('message_stop');

function run(stream: string, pieceBytes = Number.POSITIVE_INFINITY, options = {}) {
  const decoder = createAnthropicStreamDecoder({ model: 'm', jsonToolName: null, isUsageAsked: false, ...options });
  const bytes = Buffer.from(stream);
  let passed = '';
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    passed += decoder.push(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length))) ?? '';
  }
  decoder.end();
  return { decoder, passed, deltas: chunksOf(passed).map((chunk) => chunk.choices[0].delta) };
}

// biome-ignore lint/suspicious/noExplicitAny: chunks are read as a client without types reads them
function chunksOf(sse: string): any[] {
  return sse
    .split('\n\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));
}

test('text streams as content deltas wherever the bytes are split, inside UTF-8 too', () => {
  const stream = start + event('ping') + textStart + text('Grüße ') + text('👋') + stop(0) + end();
  for (const pieceBytes of [1, 2, 3, 7, 1000]) {
    const { deltas, decoder } = run(stream, pieceBytes);
    assert.deepEqual(deltas, [{ role: 'assistant', content: '' }, { content: 'Grüße ' }, { content: '👋' }]);
    assert.equal(decoder.status(), 'whole');
    const [finish, ...rest] = chunksOf(decoder.closing().toString());
    assert.deepEqual(
      [finish.choices[0].finish_reason, finish.id, finish.model, rest],
      ['stop', 'msg_1', 'claude-x', []],
    );
    assert.ok(decoder.closing().toString().endsWith('data: [DONE]\n\n'));
  }
});

test('the usage is the start and what later events say of it; the client has its chunk where it asked', () => {
  const { decoder } = run(start + textStart + text('a') + end(), 1000, { isUsageAsked: true });
  assert.deepEqual([decoder.usage()?.input, decoder.usage()?.cached_input, decoder.usage()?.output], [9, 3, 5]);
  const last = chunksOf(decoder.closing().toString()).at(-1);
  assert.deepEqual([last.choices, last.usage.prompt_tokens, last.usage.total_tokens], [[], 12, 17]);
});

test('tool calls stream with their place, name and pieces of arguments; one without input has an empty object', () => {
  const stream =
    start + textStart + text('ok') + stop(0) + toolStart(1, 'f') + json('', 1) + json('{"a"', 1) + json(':1}', 1);
  const { deltas, decoder } = run(`${stream}${stop(1)}${toolStart(2, 'g')}${stop(2)}${end('tool_use')}`);
  assert.deepEqual(deltas.slice(2), [
    { tool_calls: [{ index: 0, id: 't1', type: 'function', function: { name: 'f', arguments: '' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] },
    { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
    { tool_calls: [{ index: 1, id: 't2', type: 'function', function: { name: 'g', arguments: '' } }] },
    { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
  ]);
  assert.equal(chunksOf(decoder.closing().toString())[0].choices[0].finish_reason, 'tool_calls');
  assert.equal(decoder.sample().text, 'okf{"a":1}g');
});

test('the JSON tool streams as content, and the answer simply stops', () => {
  const stream = start + toolStart(0, 'answer_in_json') + json('{"a":', 0) + json('1}', 0) + stop(0) + end('tool_use');
  const { deltas, decoder } = run(stream, 1000, { jsonToolName: 'answer_in_json' });
  assert.deepEqual(deltas, [{ role: 'assistant', content: '' }, { content: '{"a":' }, { content: '1}' }]);
  assert.equal(chunksOf(decoder.closing().toString())[0].choices[0].finish_reason, 'stop');
});

test('nothing passes before there is content, so that an overload right after the start can be retried elsewhere', () => {
  const overloaded = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
  const { passed, decoder } = run(start + event('ping') + overloaded);
  assert.deepEqual([passed, decoder.status()], ['', 'failed']);
});

test('a stream that ends before message_stop stays open, and no finish reason has passed', () => {
  const { decoder, passed } = run(start + textStart + text('a') + end().replace(event('message_stop'), ''));
  assert.equal(decoder.status(), 'open');
  assert.ok(!passed.includes('"stop"'));
});

test('thinking is not shown, and unknown events and blocks are passed over', () => {
  const thinking =
    event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }) +
    event('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } }) +
    event('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'x' } }) +
    stop(0) +
    event('something_new', { x: 1 });
  const { deltas, decoder } = run(start + thinking + text('a', 1) + end());
  assert.deepEqual([deltas.length, decoder.status()], [2, 'whole']);
});

test('garbage is invalid', () => {
  for (const garbage of ['data: nonsense\n\n', 'data: {"choices":[]}\n\n', text('without a start')]) {
    assert.equal(run(garbage).decoder.status(), 'invalid', garbage);
  }
  assert.equal(
    run(`${start}${textStart}${text('a')}data: {"type":"content_block_delta","delta":<html>\n\n`).decoder.status(),
    'invalid',
  );
});
