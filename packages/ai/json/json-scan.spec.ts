import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createJsonScan } from './json-scan.ts';

const document = JSON.stringify({
  usage: { nested: { usage: 1 }, text: '}"usage":{' },
  list: [{ say: 'a"b\\' }, [], 'x', 7, { say: '\u0007é👋', other: [{ say: 'not here' }] }],
  other: { usage: { wrong: true }, say: 'nor here' },
  say: '',
  number: -1.5e3,
});

/** The findings in the text, fed in pieces of a length. */
function find(text: string, pieceBytes: number) {
  const said: string[] = [];
  const usages: string[] = [];
  let parts = '';
  const scan = createJsonScan({
    kind: 'fields',
    fields: {
      usage: {
        kind: 'raw',
        take: (raw) => {
          parts += raw.toString('latin1');
        },
        end: () => usages.push(parts),
      },
      list: {
        kind: 'items',
        item: { kind: 'fields', fields: { say: { kind: 'text', take: (raw) => said.push(raw.toString('latin1')) } } },
      },
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) scan.push(bytes.subarray(at, at + pieceBytes));
  const latin = Buffer.from(said.join(''), 'latin1').toString();
  return { said: latin, usages, status: scan.status() };
}

test('what is wanted is found where it stands and nowhere else, however the document is cut', () => {
  for (let pieceBytes = 1; pieceBytes < 50; pieceBytes += 1) {
    assert.deepEqual(find(document, pieceBytes), {
      said: 'a\\"b\\\\\\u0007é👋',
      usages: ['{"nested":{"usage":1},"text":"}\\"usage\\":{"}'],
      status: 'closed',
    });
  }
});

test('it is told whether a document has begun, has ended, or is none', () => {
  for (const [text, status] of [
    [' \n', 'before'],
    ['{', 'open'],
    ['{"a":"}', 'open'],
    ['{"a":[1,2]', 'open'],
    ['{} \n', 'closed'],
    ['{"a":{"b":[{}]}}', 'closed'],
    ['{}x', 'broken'],
    ['[]', 'broken'],
    ['<html>', 'broken'],
  ] as const) {
    for (const pieceBytes of [1, 100]) assert.equal(find(text, pieceBytes).status, status, text);
  }
});

test('a document without end or sense costs no more than its bytes', () => {
  for (const text of ['{"a":', '[', '{"list":[', '\\', '"', '{"usage":{']) {
    const scan = () => find(text.repeat(200_000), 65_536);
    assert.doesNotThrow(scan);
  }
});

test('a number or a word is given in pieces and ended, and texts and objects in its place are none', () => {
  const text = '{"items":[{"at":12},{"at": null },{"at":"3"},{"at":[4]},{"at":-5e6}]}';
  for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes += 1) {
    const found: string[] = [];
    let part = '';
    const scan = createJsonScan({
      kind: 'fields',
      fields: {
        items: {
          kind: 'items',
          item: {
            kind: 'fields',
            fields: {
              at: {
                kind: 'scalar',
                take: (raw) => {
                  part += raw.toString('latin1');
                },
                end: () => {
                  found.push(part);
                  part = '';
                },
              },
            },
          },
        },
      },
    });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) scan.push(bytes.subarray(at, at + pieceBytes));
    assert.deepEqual([found, scan.status()], [['12', 'null', '-5e6'], 'closed']);
  }
});
