import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import {
  boundWithFiles,
  CONTEXT_TOKENS_MAX,
  countFile,
  countRemoteFile,
  noFiles,
  usualFileTokens,
} from './file-bound.ts';

function counted(data: string, mediaType?: string) {
  const files = noFiles();
  countFile(files, data, mediaType);
  return files;
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const pdf = base64('%PDF-1.7 x');

describe('a file in a prompt', () => {
  test('of text counts by its bytes, and a frame', () => {
    for (const files of [
      counted(`data:text/plain;base64,${base64('Grüße')}`),
      counted('data:text/csv,a,b,c'),
      counted(`data:application/json; charset=utf-8;base64,${base64('{}')}`),
      counted(base64('Hello'), 'text/markdown'),
    ]) {
      assert.deepEqual(files, { documents: 0, texts: 1, dataBytes: 0 });
      assert.equal(boundWithFiles(files, 100), 2_100);
    }
  });

  test('that is a document counts as the longest context, however short it is, and its base64 is no text', () => {
    const files = counted(`data:application/pdf;base64,${pdf}`);
    assert.deepEqual(files, { documents: 1, texts: 0, dataBytes: pdf.length });
    assert.equal(boundWithFiles(files, 100), CONTEXT_TOKENS_MAX);
    assert.equal(boundWithFiles(files, 3_000_000), 3_000_000);
    countFile(files, pdf);
    assert.equal(boundWithFiles(files, 100), CONTEXT_TOKENS_MAX);
    assert.ok(usualFileTokens(files) < CONTEXT_TOKENS_MAX);
  });

  test('is a document where either its type or its bytes say so, since a provider may go by both', () => {
    for (const [data, mediaType] of [
      [base64('Hello'), undefined],
      [base64('Hello'), 'application/pdf'],
      [pdf, 'text/plain'],
      [`data:text/plain;base64,${pdf}`, undefined],
      [`data:text/plain;base64,${base64(`${' '.repeat(1_000)}%PDF-1.4`)}`, undefined],
      [`data:text/plain;base64,${base64(Buffer.from('PK\x03\x04\x14\x00\x00', 'latin1'))}`, undefined],
      [`data:text/plain;base64,${base64(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))}`, undefined],
      ['data:text/plain,%PDF-1.4', undefined],
      ['data:;base64,AAAA', undefined],
      ['data:application/jsonlines;base64,AAAA', undefined],
    ] as const) {
      assert.equal(counted(data, mediaType).documents, 1, data);
    }
  });

  test('that is somewhere else counts as a document', () => {
    const files = noFiles();
    countRemoteFile(files);
    assert.deepEqual(files, { documents: 1, texts: 0, dataBytes: 0 });
  });

  test('that is no base64 keeps its bytes in the count of text', () => {
    assert.equal(counted('data:application/pdf,abc').dataBytes, 0);
  });
});
