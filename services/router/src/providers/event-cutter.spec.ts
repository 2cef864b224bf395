import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { AnswerDecoder } from '../ports.ts';
import { createAnthropicStreamDecoder } from './anthropic/stream.ts';
import { createEventCutter, findEventEnd } from './event-cutter.ts';
import { createOpenAiStreamDecoder } from './openai/stream.ts';

/** The events that come out if the bytes come in pieces of a length. */
function cut(text: string, pieceBytes: number): string[] {
  const cutter = createEventCutter();
  const events: string[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const joined = cutter.add(bytes.subarray(at, at + pieceBytes));
    if (!joined) continue;
    const lines = joined.toString('latin1');
    let from = 0;
    for (let next = findEventEnd(lines, 0); next; next = findEventEnd(lines, from)) {
      events.push(lines.slice(from, next.end));
      from = next.end;
    }
    cutter.keep(joined.subarray(from));
  }
  return [...events, cutter.rest().toString()];
}

test('events are the same wherever the bytes are split, with either line break', () => {
  for (const [text, events] of [
    ['a\nb\n\nc\n\n', ['a\nb\n\n', 'c\n\n', '']],
    ['a\r\nb\r\n\r\nc\r\n\r\nd', ['a\r\nb\r\n\r\n', 'c\r\n\r\n', 'd']],
    ['\n\n\na\n\n', ['\n\n', '\na\n\n', '']],
    ['a\n\r\nb\n\r', ['a\n\r\n', 'b\n\r']],
  ] as const) {
    for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes += 1) {
      assert.deepEqual(cut(text, pieceBytes), events, JSON.stringify([text, pieceBytes]));
    }
  }
});

test('what is skipped of an event ends where the event does', () => {
  for (const end of ['\n\n', '\r\n\r\n']) {
    for (let pieceBytes = 1; pieceBytes < 10; pieceBytes += 1) {
      const cutter = createEventCutter();
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

const MB = 1024 * 1024;
/** A million lines of each kind in a long event, some with an end to it. */
const shapes = [
  'data: x\n',
  'data:\n',
  ':\n',
  'id\r\n',
  '\n',
  '"usage" ',
  '"error":null,',
  '\\"',
  'event: x\n\n',
  ':\n\n',
];
const decoders: readonly (readonly [string, () => AnswerDecoder, string])[] = [
  ['OpenAI', () => createOpenAiStreamDecoder(true), 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'],
  [
    'Anthropic',
    () => createAnthropicStreamDecoder({ model: 'm', jsonToolName: null, isUsageAsked: false }),
    'data: {"type":"message_start","message":{"id":"m","model":"m"}}\n\n',
  ],
];

for (const [name, create, beginning] of decoders) {
  test(`${name}: a megabyte of any event in small pieces costs little CPU`, () => {
    for (const shape of shapes) {
      const piece = Buffer.from(shape.repeat(Math.ceil(64 / shape.length)));
      const decoder = create();
      decoder.push(Buffer.from(beginning));
      const before = process.cpuUsage();
      for (let sent = 0; sent < MB && !decoder.isOver(); sent += piece.length) decoder.push(piece);
      const { user, system } = process.cpuUsage(before);
      // Takes some tens of milliseconds. If each piece scanned the event anew, it would take minutes.
      assert.ok(user + system < 2_000_000, `${JSON.stringify(shape)}: ${(user + system) / 1_000} ms`);
    }
  });
}
