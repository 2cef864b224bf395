import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { test } from '#testkit/test.ts';
import { CallFault, type ProviderCall } from '../ports.ts';
import { plainAnswer } from './plain-answer.ts';

/** A call whose answer comes in pieces of a length. */
function callWith(bytes: Buffer, pieceBytes: number, encoding?: string): ProviderCall {
  let at = 0;
  return plainAnswer({
    head: Promise.resolve({ status: 200, headers: encoding === undefined ? {} : { 'content-encoding': encoding } }),
    async read() {
      const piece = bytes.subarray(at, at + pieceBytes);
      at += pieceBytes;
      return piece.length === 0 ? null : piece;
    },
    wasSent: () => true,
    discard: () => undefined,
    abort: () => undefined,
  });
}

async function readAll(call: ProviderCall): Promise<Buffer> {
  const read: Buffer[] = [];
  for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) read.push(bytes);
  assert.equal(await call.read(), null, 'the end stays the end');
  return Buffer.concat(read);
}

const text = Buffer.from('data: {"content":"Grüße 👋"}\n\n'.repeat(500));

test('an answer that was compressed all the same is read as if it were not, however it is cut', async () => {
  const encodings = {
    gzip: gzipSync(text),
    'X-GZIP': gzipSync(text),
    deflate: deflateSync(text),
    br: brotliCompressSync(text),
  };
  for (const [encoding, bytes] of Object.entries(encodings)) {
    for (const pieceBytes of [1, 7, 100_000]) {
      assert.deepEqual(await readAll(callWith(bytes, pieceBytes, encoding)), text, `${encoding} ${pieceBytes}`);
    }
  }
});

test('an answer of no encoding, or of an unknown one, passes as it is', async () => {
  for (const encoding of [undefined, 'identity', 'x-own']) {
    assert.deepEqual(await readAll(callWith(text, 100, encoding)), text);
  }
});

test('a compressed answer that is cut or broken is a broken call, after the bytes that came', async () => {
  const bytes = gzipSync(text);
  for (const broken of [bytes.subarray(0, bytes.length - 20), Buffer.from('no gzip at all')]) {
    await assert.rejects(readAll(callWith(broken, 10, 'gzip')), CallFault);
  }
});

test('a little that inflates to much comes in pieces', async () => {
  const much = Buffer.alloc(64 * 1024 * 1024);
  const call = callWith(gzipSync(much), 1024 * 1024, 'gzip');
  let longest = 0;
  let total = 0;
  for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) {
    longest = Math.max(longest, bytes.length);
    total += bytes.length;
  }
  assert.equal(total, much.length);
  assert.ok(longest <= 32 * 1024 * 1024, `${longest}`);
});

test('a byte-order mark before the answer is left out, however it is cut, and nowhere else', async () => {
  const marked = Buffer.from('\ufeff{"a":"\ufeff"}');
  for (const pieceBytes of [1, 2, 3, 100]) {
    assert.equal(
      (await readAll(callWith(marked, pieceBytes))).toString('latin1'),
      marked.subarray(3).toString('latin1'),
    );
    assert.deepEqual(await readAll(callWith(gzipSync(marked), pieceBytes, 'gzip')), marked.subarray(3));
    assert.equal((await readAll(callWith(Buffer.from('ï'), pieceBytes))).toString(), 'ï');
    assert.equal((await readAll(callWith(Buffer.of(0xef, 0xbb), pieceBytes))).length, 2);
  }
});
