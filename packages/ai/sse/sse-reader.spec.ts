import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createSseReader } from './sse-reader.ts';

const stream = '\ufeff: hi\n\nevent: a\ndata: 1\n\nfoo: bar\ndata: {"é":"👋"}\r\n\r\nevent: ping\n\ndata: [DONE]';

test('the events of a stream are the same wherever its bytes are cut, the last one without its blank line too', () => {
  const bytes = Buffer.from(stream);
  for (let pieceBytes = 1; pieceBytes <= bytes.length; pieceBytes += 1) {
    const reader = createSseReader();
    const events = [];
    for (let at = 0; at < bytes.length; at += pieceBytes)
      events.push(...reader.push(bytes.subarray(at, at + pieceBytes)));
    events.push(reader.end());
    assert.deepEqual(events, [
      { name: 'a', data: '1' },
      { name: '', data: '{"é":"👋"}' },
      { name: '', data: '[DONE]' },
    ]);
  }
});

test('a stream whose last event is whole has no event at its end', () => {
  const reader = createSseReader();
  assert.equal(reader.push(Buffer.from('data: a\n\n')).length, 1);
  assert.equal(reader.end(), null);
});

test('an event without end is noticed at its bound instead of filling memory', () => {
  const reader = createSseReader();
  const megabyte = Buffer.alloc(1024 * 1024, 0x61);
  let pushed = 0;
  for (; pushed < 20 && !reader.isTooLong(); pushed += 1) reader.push(megabyte);
  assert.equal(pushed, 9);
});
