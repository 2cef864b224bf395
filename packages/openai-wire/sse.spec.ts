import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readSseFields } from './sse.ts';

const read = (text: string) => readSseFields(Buffer.from(text));

test('data lines are joined by line breaks, without the one space behind the colon', () => {
  assert.deepEqual(read('data: a\n\n'), { data: 'a', isWellFormed: true });
  assert.deepEqual(read('data:a'), { data: 'a', isWellFormed: true });
  assert.deepEqual(read('data:  a\r\ndata\r\ndata:\r\ndata: é👋\r\n\r\n'), {
    data: ' a\n\n\né👋',
    isWellFormed: true,
  });
});

test('an event of comments and names has no data', () => {
  assert.deepEqual(read(': hello\n:\n\nevent: ping\nid\nid: 1\nretry: 10\n\n'), { data: null, isWellFormed: true });
});

test('lines that are none of the format are noticed', () => {
  for (const line of ['<html>', 'dat', 'database: x', 'datas', ' data: x', 'Data: x', '\0']) {
    assert.equal(read(`data: a\n${line}\n\n`).isWellFormed, false, line);
  }
});

test('an event of a million lines is read whole', () => {
  const lines = 1_000_000;
  const { data } = read('data: x\n'.repeat(lines));
  assert.equal(data?.length, lines * 2 - 1);
});
