import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { AnswerDecoder } from '../ports.ts';
import { createAnthropicStreamDecoder } from './anthropic/stream.ts';
import { createOpenAiStreamDecoder } from './openai/stream.ts';

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
