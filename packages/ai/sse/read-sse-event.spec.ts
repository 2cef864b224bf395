import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { isDone } from './is-done.ts';
import { readSseEvent } from './read-sse-event.ts';
import { sseEventOf } from './write-sse-event.ts';

const read = (text: string) => readSseEvent(Buffer.from(text));

test('data lines are joined by line breaks, without the one space behind the colon', () => {
  assert.deepEqual(read('data: a\n\n'), { name: '', data: 'a' });
  assert.deepEqual(read('data:a'), { name: '', data: 'a' });
  assert.deepEqual(read('data:  a\r\ndata\r\ndata:\r\ndata: é👋\r\n\r\n'), { name: '', data: ' a\n\n\né👋' });
  assert.deepEqual(read('event: x\rdata: a\rdata: b\r\r'), { name: 'x', data: 'a\nb' });
});

test('an event of comments and names has no data', () => {
  for (const text of [': hello\n:\n\n', 'event: ping\nid\nid: 1\nretry: 10\n\n', '\n', ''])
    assert.equal(read(text), null);
});

test('lines that are none of the format are passed over', () => {
  for (const line of ['<html>', 'dat', 'database: x', 'datas', ' data: x', 'Data: x', 'events: y', '\0', 'foo: bar']) {
    assert.deepEqual(read(`data: a\n${line}\nevent:e\n\n`), { name: 'e', data: 'a' }, line);
  }
});

test('an event of a million lines is read whole', () => {
  const lines = 1_000_000;
  assert.equal(read('data: x\n'.repeat(lines))?.data.length, lines * 2 - 1);
});

test('the end of a stream is told in quotes and small letters, too', () => {
  for (const data of ['[DONE]', ' [DONE] ', '"[DONE]"', '[done]']) assert.equal(isDone(data), true, data);
  for (const data of ['', '[DONE', '["DONE"]', '{"a":"[DONE]"}', `[DONE]${' '.repeat(100)}`]) {
    assert.equal(isDone(data), false, data);
  }
});

test('what is written is read', () => {
  assert.deepEqual(read(sseEventOf('{"a":1}')), { name: '', data: '{"a":1}' });
  assert.deepEqual(read(sseEventOf('{"a":1}', 'x')), { name: 'x', data: '{"a":1}' });
});
