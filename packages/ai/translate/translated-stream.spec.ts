import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { partReader, typeWriter } from './testing.ts';
import { createTranslatedStream } from './translated-stream.ts';

const event = (data: object | string): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const start = event({ type: 'start', id: 'i', model: 'm', createdAtS: 1 });
const text = (said: string) => event({ type: 'text-delta', choice: 0, text: said });
const finish = event({ type: 'finish', choice: 0, reason: 'stop' });
const MB = 1024 * 1024;

/** What a decoder lets through of a stream in pieces of a length, and how it ends. */
function run(stream: string, pieceBytes = stream.length) {
  const decoder = createTranslatedStream(partReader(), typeWriter());
  const bytes = Buffer.from(stream);
  let passed = '';
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    passed += decoder.push(bytes.subarray(at, at + pieceBytes))?.toString() ?? '';
  }
  if (!decoder.isOver()) decoder.end();
  const closing = () => decoder.closing({ usage: decoder.usage()?.usage ?? null, serviceTier: '' }).toString();
  return { passed, status: decoder.status(), closing, decoder };
}

test('parts go out as they come, and the end is held until the usage is durable', () => {
  const stream = start + text('a') + text('b') + finish + event({ output: 2 }) + event('whole');
  for (let pieceBytes = 1; pieceBytes < 60; pieceBytes += 1) {
    const { passed, status, closing, decoder } = run(stream, pieceBytes);
    assert.deepEqual([passed, status, closing()], ['<start><text-delta><text-delta>', 'whole', '<stop 2>']);
    assert.deepEqual(decoder.sample(), { text: 'ab', scale: 1 });
  }
});

test('a stream that breaks before its end does not look finished, wherever it breaks', () => {
  const stream = start + text('a') + finish + event({ output: 2 }) + event('whole');
  for (let bytes = 0; bytes < stream.length - 2; bytes += 1) {
    const { passed, status } = run(stream.slice(0, bytes), 10);
    // The last event needs no blank line where the bytes end.
    if (bytes < stream.length - 4) assert.equal(status === 'open' || status === 'invalid', true, `${bytes} ${status}`);
    assert.ok(!passed.includes('stop'));
  }
});

test('nothing goes out before a model has begun, so that another provider may still answer', () => {
  const { passed, decoder } = run(start);
  assert.deepEqual([passed, decoder.hasWork()], ['', false]);
  const thought = run(start + event({ type: 'reasoning-delta', choice: 0, text: 'hm' }));
  assert.deepEqual([thought.passed, thought.decoder.hasWork()], ['<start>', true]);
  assert.equal(run(start + event({ output: 1 })).decoder.hasWork(), true);
});

test('an answer without any content is whole all the same', () => {
  const { passed, status, closing } = run(start + finish + event('whole'));
  assert.deepEqual([passed, status, closing()], ['', 'whole', '<start><stop unknown>']);
});

test('what the provider says of its failure can be had, and a failure is no end', () => {
  const { passed, status, decoder } = run(start + text('a') + event('failed'));
  assert.deepEqual([passed, status, decoder.failure()?.message], ['<start><text-delta>', 'failed', 'It broke.']);
  assert.equal(run(start + text('a')).decoder.failure(), null);
});

test('comments and events without data pass nothing and break nothing', () => {
  const { passed, status } = run(`: hi\n\nevent: ping\n\n${start}${text('a')}: more\n\n${finish}${event('whole')}`);
  assert.deepEqual([passed, status], ['<start><text-delta>', 'whole']);
});

test('an event that is too long ends what passes, and the usage behind it is read', () => {
  const long = text('x'.repeat(9 * MB));
  const { passed, status, decoder } = run(start + text('a') + long + text('b') + event({ output: 3 }), MB);
  assert.deepEqual([passed, status], ['<start><text-delta>', 'too-long']);
  assert.deepEqual([decoder.usage()?.usage.output, decoder.isUsageFinal()], [3, true]);
  assert.equal(run(long, MB).status, 'invalid');
});
