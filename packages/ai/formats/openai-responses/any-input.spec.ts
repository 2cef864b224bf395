import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fault } from '#errors/fault.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { test } from '#testkit/test.ts';
import { NoPlace } from '../../format.ts';
import { openResponsesReader } from './answer-reader.ts';
import { askResponses } from './ask.ts';
import { decodeResponses } from './decode.ts';
import { encodeResponses } from './encode.ts';
import { patchResponses } from './patch.ts';
import { fixture, rules, tapped, target } from './testing.ts';

const scalar = fc.constantFrom<unknown>(null, true, 0, -1, 1.5, '', 'x', 'user', 'message', 'auto', 'data:,', [], {});
const names = [
  ...['model', 'input', 'type', 'role', 'content', 'output', 'text', 'tools', 'name', 'id', 'call_id', 'arguments'],
  ...['image_url', 'file_data', 'input_audio', 'summary', 'encrypted_content', 'format', 'reasoning', 'tool_choice'],
  ...['instructions', 'usage', 'response', 'item', 'part', 'delta', 'status', 'error', 'output_index', 'parameters'],
];
const types = [
  ...['message', 'reasoning', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output'],
  ...['input_text', 'output_text', 'input_image', 'input_file', 'input_audio', 'refusal', 'function', 'custom'],
  ...['namespace', 'web_search', 'additional_tools', 'json_schema', 'allowed_tools', 'item_reference'],
];

/** JSON that is nearly a request: its names and types are those of the format, its values are anything. */
const nearly = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.constantFrom<unknown>(...types), tie('value')), {
    maxKeys: 6,
    noNullPrototype: true,
  }),
})).object;

test('any request is asked for, or refused with a message', () => {
  fc.assert(
    fc.property(nearly, (fields) => {
      const result = askResponses({ model: 'm', ...fields }, 1_000);
      if ('refusal' in result) assert.ok(result.refusal.message.length > 0);
      else assert.ok(result.asked.promptTokensBound > 0);
    }),
    { numRuns: 2_000 },
  );
});

test('any request is decoded and goes out, or is refused by the name of a field', () => {
  fc.assert(
    fc.property(nearly, (fields) => {
      const body: JsonObject = { model: 'm', ...fields };
      try {
        JSON.parse(encodeResponses(decodeResponses(body), target).body);
      } catch (thrown) {
        if (thrown instanceof Fault) assert.ok(thrown.code === 'invalid_request' && thrown.refusal.param !== undefined);
        else assert.ok(thrown instanceof NoPlace, String(thrown));
      }
      const patched: unknown = JSON.parse(patchResponses(Buffer.from(JSON.stringify(body)), body, target).toString());
      assert.ok(isJsonObject(patched) && patched['store'] === false);
    }),
    { numRuns: 2_000 },
  );
});

const eventTypes = [
  ...fixture('agent-turn.sse')
    .toString()
    .matchAll(/^event: (.*)$/gm),
].map(([, type]) => type ?? '');

test('no event breaks the reader or the tap', () => {
  const event = fc.tuple(
    fc.constantFrom(...eventTypes, 'error', 'response.failed', 'response.incomplete', 'x'),
    nearly,
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), (events) => {
      const reader = openResponsesReader({ rules, notes: {}, model: 'm' });
      let text = '';
      for (const [type, fields] of events) {
        const data = JSON.stringify({ ...fields, type });
        reader.readEvent({ name: type, data });
        text += `event: ${type}\ndata: ${data}\n\n`;
      }
      const { tap, passed } = tapped(Buffer.from(text), {}, 7);
      assert.ok(text.includes(passed) || passed.length < text.length);
      assert.equal(tap.status(), reader.readEnd(), text);
    }),
    { numRuns: 1_000 },
  );
});

test('no document breaks the reader or the tap', () => {
  fc.assert(
    fc.property(nearly, (document) => {
      const state = openResponsesReader({ rules, notes: {}, model: 'm' }).readDocument(document);
      const { tap } = tapped(Buffer.from(JSON.stringify(document)), { stream: false });
      assert.ok(state !== 'open');
      assert.ok(tap.status() !== 'open');
    }),
    { numRuns: 1_000 },
  );
});
