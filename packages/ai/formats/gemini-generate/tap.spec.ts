import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { openGeminiTap } from './tap.ts';
import { streamBytes, testTap, thoughtfulStream } from './testing.ts';

const noEnd = { usage: null, serviceTier: '' };

function passed(bytes: Buffer, pieceBytes: number, tap = testTap({ stream: true }), end: object = noEnd) {
  const decoder = openGeminiTap(tap);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    const piece = decoder.push(bytes.subarray(at, at + pieceBytes));
    if (piece) out.push(piece);
  }
  const before = Buffer.concat(out).toString();
  decoder.end();
  const closing = decoder.status() === 'whole' ? decoder.closing(end as never).toString() : '';
  return { decoder, before, all: before + closing };
}

describe('a stream', () => {
  test('passes byte for byte however it is cut, and its end waits for its usage', () => {
    const bytes = streamBytes(thoughtfulStream);
    for (const pieceBytes of [1, 7, 64, bytes.length]) {
      const { decoder, before, all } = passed(bytes, pieceBytes);
      assert.equal(all, bytes.toString());
      assert.ok(!before.includes('finishReason'));
      assert.equal(decoder.status(), 'whole');
      assert.deepEqual(decoder.usage()?.usage, { input: 8, cached_input: 4, output: 5, reasoning: 7 });
      assert.equal(decoder.sample().text, 'Hm. Hello there');
    }
  });

  test('tells its cost in the last usage where that is asked for', () => {
    const tap = testTap({ stream: true, tellsCost: true });
    const { all } = passed(streamBytes(thoughtfulStream), 100, tap, { ...noEnd, costNanoUsd: 1_500n });
    assert.match(all, /"cost":0\.0000015/);
  });

  test('that ends before it says why it stopped is cut, also behind half an event', () => {
    const bytes = streamBytes(thoughtfulStream.slice(0, 2));
    const { decoder } = passed(bytes.subarray(0, bytes.length - 4), 50);
    assert.equal(decoder.status(), 'open');
    assert.equal(decoder.hasWork(), true);
  });

  test('that is an error before its first word has done no work', () => {
    const error = JSON.stringify({ error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded' } });
    for (const text of [`data: ${error}\n\n`, `[${error}]`, error]) {
      const { decoder } = passed(Buffer.from(text), 10);
      assert.deepEqual([decoder.status(), decoder.hasWork(), decoder.failure()?.kind], ['failed', false, 'overload']);
    }
  });
});

test('a whole answer passes as it is, with its usage, and a cut one is open', () => {
  const document = { ...thoughtfulStream[2] };
  const bytes = Buffer.from(JSON.stringify(document));
  const { decoder, all } = passed(bytes, 20, testTap());
  assert.equal(all, bytes.toString());
  assert.deepEqual(decoder.usage()?.usage, { input: 8, cached_input: 4, output: 5, reasoning: 7 });
  const cut = passed(bytes.subarray(0, bytes.length - 3), 20, testTap()).decoder;
  assert.equal(cut.status(), 'open');
});
