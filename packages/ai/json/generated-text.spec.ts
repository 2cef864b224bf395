import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createGeneratedText } from './generated-text.ts';

function said(...raw: readonly string[]) {
  const text = createGeneratedText();
  for (const each of raw) {
    const bytes = Buffer.from(`"${each}"`);
    text.addRaw(bytes, 1, bytes.length - 1);
  }
  return text.read();
}

test('escaped text is read as it was meant, also where it breaks off inside an escape', () => {
  assert.deepEqual(said('Gr\\u00fc\\u00dfe ', '\\"👋\\"\\n'), { text: 'Grüße "👋"\n', scale: 1 });
  for (const cut of ['\\', '\\u', '\\u12', '\\u123']) assert.equal(said(`one${cut}`).text, 'one');
});

test('what is no JSON stands for itself', () => {
  assert.equal(said('a"b"c').text, 'a"b"c');
});

test('of a long text the beginning is kept, and its length is told', () => {
  const text = createGeneratedText();
  const bytes = Buffer.from('word '.repeat(1_000));
  for (let i = 0; i < 100; i += 1) text.addRaw(bytes, 0, bytes.length);
  for (let i = 0; i < 100; i += 1) text.add('word '.repeat(1_000));
  const { text: kept, scale } = text.read();
  assert.ok(kept.length <= 128 * 1024);
  assert.ok(Math.abs(kept.length * scale - 1_000_000) < 10);
});

test('nothing was generated where nothing was added', () => {
  const text = createGeneratedText();
  assert.deepEqual([text.isEmpty(), text.read()], [true, { text: '', scale: 1 }]);
});
