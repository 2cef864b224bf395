import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { createEventCutter } from './event-cutter.ts';
import { findEventEnds } from './event-ends.ts';

/** The events that come out if the bytes come in pieces of a length. */
function cut(text: string, pieceBytes: number): string[] {
  const cutter = createEventCutter();
  const events: string[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const joined = cutter.add(bytes.subarray(at, at + pieceBytes));
    if (!joined) continue;
    const findEnd = findEventEnds(joined.toString('latin1'));
    let from = 0;
    for (let next = findEnd(0); next; next = findEnd(from)) {
      events.push(joined.toString('utf8', from, next.end));
      from = next.end;
    }
    cutter.keep(joined.subarray(from));
  }
  return [...events, cutter.rest().toString()];
}

test('events are the same wherever the bytes are split, with any line break', () => {
  for (const [text, events] of [
    ['a\nb\n\nc\n\n', ['a\nb\n\n', 'c\n\n', '']],
    ['a\r\nb\r\n\r\nc\r\n\r\nd', ['a\r\nb\r\n\r\n', 'c\r\n\r\n', 'd']],
    ['a\rb\r\rc\r\rd', ['a\rb\r\r', 'c\r\r', 'd']],
    ['\n\n\na\n\n', ['\n\n', '\na\n\n', '']],
    ['a\n\r\nb\n\r', ['a\n\r\n', 'b\n\r']],
    ['a\n\rb\n\r', ['a\n\r', 'b\n\r']],
    ['a\r\r\nb\r\r', ['a\r\r', '\nb\r\r', '']],
  ] as const) {
    for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes += 1) {
      assert.deepEqual(cut(text, pieceBytes), events, JSON.stringify([text, pieceBytes]));
    }
  }
});

test('no split changes the events of any text of letters and line breaks', () => {
  const text = fc.array(fc.constantFrom('a', '\n', '\r', '\r\n', '\n\n'), { maxLength: 30 }).map((all) => all.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 5 }), (all, pieceBytes) => {
      const events = cut(all, pieceBytes);
      assert.equal(events.join(''), all);
      assert.deepEqual(events, cut(all, all.length + 1));
    }),
  );
});

test('a byte-order mark at the beginning is left out, however it is cut, and nowhere else', () => {
  for (const pieceBytes of [1, 2, 3, 4, 100]) {
    assert.deepEqual(cut('\ufeffdata: a\n\n\ufeffb\n\n', pieceBytes), ['data: a\n\n', '\ufeffb\n\n', '']);
    assert.deepEqual(cut('ï\n\n', pieceBytes), ['ï\n\n', '']);
  }
});

test('what is skipped of an event ends where the event does', () => {
  for (const end of ['\n\n', '\r\n\r\n', '\r\r']) {
    for (let pieceBytes = 1; pieceBytes < 10; pieceBytes += 1) {
      const cutter = createEventCutter();
      cutter.add(Buffer.from('begun'));
      cutter.keep(Buffer.from('begun\n'));
      let skipped = '';
      cutter.skip((bytes) => {
        skipped += bytes.toString();
      });
      const bytes = Buffer.from(`more\nlines${end}next\n\n`);
      let behind = '';
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        behind += cutter.add(bytes.subarray(at, at + pieceBytes))?.toString() ?? '';
        cutter.keep(Buffer.alloc(0));
      }
      assert.deepEqual([skipped, behind], [`more\nlines${end}`, 'next\n\n']);
    }
  }
});
