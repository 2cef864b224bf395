import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createOpenAiStreamDecoder } from './stream.ts';

const chunk = (content: string, extra = '') =>
  `data: {"id":"c","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},"finish_reason":null}]${extra}}\n\n`;
const finish = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const usageChunk =
  'data: {"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}\n\n';
const done = 'data: [DONE]\n\n';

/** Feeds the bytes in pieces of a length and returns the output. */
function run(text: string, pieceBytes = Number.POSITIVE_INFINITY, isUsageHidden = true) {
  const decoder = createOpenAiStreamDecoder(isUsageHidden);
  const bytes = Buffer.from(text);
  const passed: Buffer[] = [];
  for (let at = 0; at < bytes.length && decoder.status() === 'open'; at += pieceBytes) {
    const out = decoder.push(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length)));
    if (out) passed.push(out);
  }
  decoder.end();
  return {
    passed: Buffer.concat(passed).toString(),
    closing: decoder.closing().toString(),
    status: decoder.status(),
    usage: decoder.usage(),
    sample: decoder.sample(),
  };
}

test('events pass byte for byte wherever the chunks are split, inside UTF-8 and line breaks too', () => {
  const content = chunk('Grüße 👋 "usage" [DONE] "error": {}') + chunk('…') + finish;
  for (let pieceBytes = 1; pieceBytes < 80; pieceBytes += 1) {
    const result = run(content + usageChunk + done, pieceBytes);
    assert.equal(result.passed, content, `pieces of ${pieceBytes}`);
    assert.equal(result.closing, done);
    assert.equal(result.status, 'whole');
    assert.equal(result.usage?.input, 7);
  }
});

test('CRLF streams pass with their own line breaks', () => {
  const crlf = (text: string) => text.replaceAll('\n', '\r\n');
  for (const pieceBytes of [1, 2, 3, 1000]) {
    const result = run(crlf(chunk('a') + finish + usageChunk + done), pieceBytes);
    assert.equal(result.passed, crlf(chunk('a') + finish));
    assert.deepEqual([result.closing, result.status], [crlf(done), 'whole']);
  }
});

test('a client that asked for usage gets its chunk, but not before the end', () => {
  const result = run(chunk('a') + finish + usageChunk + done, 1000, false);
  assert.equal(result.passed, chunk('a') + finish);
  assert.equal(result.closing, usageChunk + done);
});

test('a stream without [DONE] stays open: it is no clean end, though its usage is known', () => {
  const result = run(chunk('a') + finish + usageChunk);
  assert.equal(result.status, 'open');
  assert.equal(result.usage?.output, 2);
});

test('a last [DONE] without its blank line counts, half of one does not', () => {
  assert.deepEqual(
    [run(`${chunk('a')}data: [DONE]`).status, run(`${chunk('a')}data: [DONE]`).closing],
    ['whole', done],
  );
  assert.equal(run(`${chunk('a')}data: [DON`).status, 'open');
});

test('an event that was cut in its middle does not pass', () => {
  const result = run(`${chunk('a')}data: {"id":"c","choi`);
  assert.deepEqual([result.passed, result.status], [chunk('a'), 'open']);
});

test('usage:null in every chunk is no usage', () => {
  const text = chunk('a', ',"usage":null') + chunk('b', ',"usage" : null');
  const result = run(text + usageChunk + done);
  assert.deepEqual([result.passed, result.usage?.input], [text, 7]);
});

test('usage on a chunk with choices is read and passes; with a finish reason it is held', () => {
  const running = chunk('a', ',"usage":{"prompt_tokens":7,"completion_tokens":1}');
  const last = finish.replace(']}', '],"usage":{"prompt_tokens":7,"completion_tokens":2}}');
  const result = run(running + last + done);
  assert.deepEqual([result.passed, result.closing], [running, last + done]);
  assert.equal(result.usage?.output, 2);
});

test('content after a usage chunk sets free what was held', () => {
  const result = run(usageChunk + chunk('a') + done, 1000, false);
  assert.deepEqual([result.passed, result.closing], [usageChunk + chunk('a'), done]);
});

test('comments before the first chunk wait for it, later ones pass', () => {
  const result = run(`: wait\n\n${chunk('a')}: ping\n\n${done}`);
  assert.equal(result.passed, `: wait\n\n${chunk('a')}: ping\n\n`);
  const decoder = createOpenAiStreamDecoder(true);
  assert.equal(decoder.push(Buffer.from(': wait\n\n')), null);
});

test('an error event ends the stream as failed, and is not passed on', () => {
  const result = run(`${chunk('a')}data: {"error":{"message":"boom"}}\n\n${done}`);
  assert.deepEqual([result.passed, result.status], [chunk('a'), 'failed']);
});

test('garbage is invalid at the start and in the middle, and does not pass', () => {
  const garbage = [
    'data: <html>\n\n',
    'data: {"choices":[{"delta":<html>\n\n',
    'data: {"id":1}\n\n',
    'data: [DONE]\n\n',
  ];
  for (const event of garbage) assert.deepEqual([run(event).status, run(event).passed], ['invalid', ''], event);
  const middle = run(`${chunk('a')}data: {"choices":[{"delta":<html>not\n\n`);
  assert.deepEqual([middle.status, middle.passed], ['invalid', chunk('a')]);
});

test('an event without end is given up at its bound instead of filling memory', () => {
  const decoder = createOpenAiStreamDecoder(true);
  const megabyte = Buffer.alloc(1024 * 1024, 0x61);
  let pushed = 0;
  while (decoder.status() === 'open' && pushed < 20) {
    decoder.push(megabyte);
    pushed += 1;
  }
  assert.deepEqual([decoder.status(), pushed <= 10], ['invalid', true]);
});

test('data in several lines and named events are understood', () => {
  const event = 'event: message\nid: 1\ndata: {"choices":\ndata: [{"delta":{"content":"a"}}]}\n\n';
  const result = run(event + done);
  assert.deepEqual([result.passed, result.status, result.sample.text], [event, 'whole', 'a']);
});

test('the text streamed is kept for an estimate, tool calls included, scaled beyond the bound', () => {
  const tool =
    'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}}]}\n\n';
  assert.deepEqual(run(chunk('Hi ') + chunk('there')).sample, { text: 'Hi there', scale: 1 });
  assert.deepEqual(run(chunk('Hi ') + tool).sample, { text: 'Hi f{}', scale: 1 });
  const long = run(chunk('word '.repeat(1_000)).repeat(200), 16_384).sample;
  assert.ok(long.scale > 3 && Math.abs(long.text.length * long.scale - 1_000_000) < 10, `${long.scale}`);
});
