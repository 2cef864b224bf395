import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { createAnswerScan } from './answer-scan.ts';
import { createHeldDocument, withoutMark } from './held-document.ts';

const MARK = '\ufeff';

function held(...pieces: string[]) {
  const document = createHeldDocument(() =>
    createAnswerScan({
      answerField: 'a',
      answer: (text) => ({ kind: 'items', item: text }),
      readUsage: (usage) => usage,
    }),
  );
  const passed = pieces.map((piece) => document.push(Buffer.from(piece))?.toString() ?? '');
  return { document, passed };
}

const long = `{"a":["${'x'.repeat(2 * 1024 * 1024)}`;

describe('a document that is passed on', () => {
  test('is held whole where it is short, a byte-order mark before it or not', () => {
    for (const mark of ['', MARK]) {
      const { document, passed } = held(`${mark}{"a":`, '["b"]}', '\n');
      assert.deepEqual([passed, document.end()], [['', '', ''], { kind: 'read', document: { a: ['b'] } }]);
      assert.equal(document.bytes().toString(), `${mark}{"a":["b"]}\n`);
      assert.equal(withoutMark(document.bytes()).toString(), '{"a":["b"]}\n');
    }
  });

  test('goes out in pieces where it is long, all but what its last bracket stands in', () => {
    const { document, passed } = held(long, 'y', '"]}', '\n');
    assert.deepEqual(
      passed.map(({ length }) => length),
      [0, long.length, 1, 0],
    );
    assert.deepEqual([document.end(), document.bytes().toString()], [{ kind: 'closed' }, '"]}\n']);
  });

  test('is cut without its end, and none where it is broken', () => {
    assert.equal(held('{"a":').document.end().kind, 'cut');
    assert.equal(held(long).document.end().kind, 'cut');
    for (const text of ['no', '', '[]', '{"a":1} {']) assert.equal(held(text).document.end().kind, 'invalid', text);
  });

  test('is broken as soon as much stands behind its end', () => {
    const { document } = held(`${long}"]}`, ' '.repeat(64 * 1024));
    assert.equal(document.isBroken(), false);
    document.push(Buffer.from(' '));
    assert.equal(document.isBroken(), true);
  });

  test('is scanned to its end, though it was looked at on the way', () => {
    const { document } = held('{"a":["on');
    assert.equal(document.scanned().sample().text, 'on');
    document.push(Buffer.from('e"]}'));
    assert.equal(document.scanned().sample().text, 'one');
  });
});
