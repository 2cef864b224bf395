import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { test } from '#testkit/test.ts';
import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { accumulated } from './accumulated.ts';
import { anyAnswer } from './any-answer/testing.ts';
import { responseProblems } from './response-problems.ts';
import { openResponsesWriter } from './stream-writer.ts';
import { context, fixture, joined, readStream } from './testing.ts';
import { writeResponsesAnswer } from './write-answer.ts';

const end: AnswerEnd = { usage: { input: 10, cached_input: 5, output: 7, reasoning: 3 }, serviceTier: '' };

function written(parts: readonly AnswerPart[], told: AnswerEnd = end, as: AnswerContext = context): string {
  const writer = openResponsesWriter(as);
  return parts.map((part) => writer.write(part)).join('') + writer.close(told);
}

function eventsOf(text: string): { name: string; data: JsonObject }[] {
  const reader = createSseReader();
  return reader.push(Buffer.from(text)).map(({ name, data }) => {
    const parsed: unknown = JSON.parse(data);
    assert.ok(isJsonObject(parsed));
    return { name, data: parsed };
  });
}

const start: AnswerPart = { type: 'start', id: 'x', model: 'claude', createdAtS: 1_764_000_000 };

test('the events of thoughts, a text and a call come in OpenAI’s order', () => {
  const text = written([
    start,
    { type: 'reasoning-delta', choice: 0, text: 'Hm', summaryIndex: 0 },
    { type: 'reasoning-proof', choice: 0, format: 'openai-responses', kind: 'encrypted', value: 'gAAA' },
    { type: 'text-delta', choice: 0, text: 'Hel' },
    { type: 'text-delta', choice: 0, text: 'lo' },
    { type: 'tool-call-start', choice: 0, index: 0, id: 'call_1', name: 'f', kind: 'function' },
    { type: 'tool-call-delta', choice: 0, index: 0, input: '{}' },
    { type: 'tool-call-end', choice: 0, index: 0 },
    { type: 'finish', choice: 0, reason: 'tool-calls' },
  ]);
  const events = eventsOf(text);
  assert.deepEqual(
    events.map(({ name }) => name.replace('response.', '')),
    [
      ...['created', 'in_progress'],
      ...['output_item.added', 'reasoning_summary_part.added', 'reasoning_summary_text.delta'],
      ...['reasoning_summary_text.done', 'reasoning_summary_part.done', 'output_item.done'],
      ...['output_item.added', 'content_part.added', 'output_text.delta', 'output_text.delta'],
      ...['output_text.done', 'content_part.done', 'output_item.done'],
      ...['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done'],
      'completed',
    ],
  );
  assert.deepEqual(
    events.map(({ data }) => data['sequence_number']),
    [...events.keys()],
  );
  assert.ok(events.every(({ name, data }) => data['type'] === name));
  const last = events.at(-1)?.data['response'];
  assert.deepEqual(responseProblems(last), []);
});

test('every stream that is written accumulates to what is written whole', () => {
  fc.assert(
    fc.property(anyAnswer, (parts) => {
      const text = written(parts);
      const events = eventsOf(text);
      const whole = JSON.parse(writeResponsesAnswer(parts, end, context));
      assert.deepEqual(events.at(-1)?.data['response'], whole);
      assert.deepEqual(accumulated(events.map(({ data }) => data)), whole.output);
      assert.deepEqual(responseProblems(whole), []);
      assert.deepEqual(
        events.map(({ data }) => data['sequence_number']),
        [...events.keys()],
      );
    }),
    { numRuns: 300 },
  );
});

test('every stream that is written is read as the same parts', () => {
  fc.assert(
    fc.property(anyAnswer, (parts) => {
      const read = joined(readStream(Buffer.from(written(parts))).takeParts());
      assert.deepEqual(comparable(read), comparable(joined(parts)));
    }),
    { numRuns: 300 },
  );
});

/** Ids of items are the writer's own, and so is the number of a piece of a summary. */
function comparable(parts: readonly AnswerPart[]): unknown[] {
  return parts.map((part) => {
    if (part.type === 'start') return { type: part.type, model: part.model, createdAtS: part.createdAtS };
    if (part.type === 'reasoning-proof') return { ...part, id: undefined };
    return part;
  });
}

test('a recorded stream that is read and written again says the same', () => {
  const parts = readStream(fixture('agent-turn.sse')).takeParts();
  const again = readStream(Buffer.from(written(parts))).takeParts();
  assert.deepEqual(comparable(joined(again)), comparable(joined(parts)));
});

test('thoughts of other models stand in the summary for a client that asks for one, and go back to their model', () => {
  const thought: AnswerPart[] = [
    start,
    { type: 'reasoning-delta', choice: 0, text: 'Hm' },
    { type: 'reasoning-proof', choice: 0, format: 'anthropic-messages', kind: 'signature', value: 'Eq:1' },
    { type: 'finish', choice: 0, reason: 'stop' },
  ];
  const body = { ...context.body, reasoning: { summary: 'auto' } };
  const asked = JSON.parse(writeResponsesAnswer(thought, end, { ...context, body }));
  assert.deepEqual(asked.output[0].summary, [{ type: 'summary_text', text: 'Hm' }]);
  const plain = JSON.parse(writeResponsesAnswer(thought, end, context));
  assert.deepEqual(plain.output[0].summary, []);
  assert.deepEqual(plain.output[0].content, [{ type: 'reasoning_text', text: 'Hm' }]);
  const proof = readStream(Buffer.from(written(thought)))
    .takeParts()
    .find(({ type }) => type === 'reasoning-proof');
  assert.deepEqual(proof, { ...thought[2], id: 'rs_019a2b3c00007000800000000000000a_0' });
});

test('how an answer ended is told by its last event', () => {
  const ended = (reason: 'length' | 'refused' | 'stop' | 'paused') => {
    const parts: AnswerPart[] = [
      start,
      { type: 'text-delta', choice: 0, text: 'x' },
      { type: 'finish', choice: 0, reason },
    ];
    const last = eventsOf(written(parts)).at(-1);
    const response = last?.data['response'];
    assert.ok(isJsonObject(response));
    return [last?.name, response['status'], response['incomplete_details']];
  };
  assert.deepEqual(ended('stop'), ['response.completed', 'completed', null]);
  assert.deepEqual(ended('paused'), ['response.completed', 'completed', null]);
  assert.deepEqual(ended('length'), ['response.incomplete', 'incomplete', { reason: 'max_output_tokens' }]);
  assert.deepEqual(ended('refused'), ['response.incomplete', 'incomplete', { reason: 'content_filter' }]);
});

test('calls whose pieces come mixed are items of their own', () => {
  const call = (index: number): AnswerPart => ({
    type: 'tool-call-start',
    choice: 0,
    index,
    id: `call_${index}`,
    name: `f${index}`,
    kind: 'function',
  });
  const piece = (index: number, input: string): AnswerPart => ({ type: 'tool-call-delta', choice: 0, index, input });
  const parts = [start, call(0), piece(0, '{"a'), call(1), piece(1, '{"b'), piece(0, '":1}'), piece(1, '":2}')];
  const whole = JSON.parse(writeResponsesAnswer(parts, end, context));
  assert.deepEqual(
    whole.output.map((item: JsonObject) => item['arguments']),
    ['{"a":1}', '{"b":2}'],
  );
  assert.deepEqual(accumulated(eventsOf(written(parts)).map(({ data }) => data)), whole.output);
});

test('a response repeats what the client sent, and tells its usage and its cost', () => {
  const body: JsonObject = {
    model: 'm',
    input: 'Hi',
    instructions: 'Be brief.',
    metadata: { a: 'b' },
    temperature: 0.2,
    tools: [{ type: 'function', name: 'f', parameters: null, strict: null }],
    tool_choice: 'required',
    max_output_tokens: 20,
    store: false,
    previous_response_id: 'resp_1',
    text: { verbosity: 'low' },
  };
  const told: AnswerEnd = { ...end, serviceTier: 'priority', costNanoUsd: 1_500n };
  const json = writeResponsesAnswer([start], told, { ...context, body });
  const whole = JSON.parse(json);
  assert.equal(whole.id, 'resp_019a2b3c00007000800000000000000a');
  assert.deepEqual(
    [
      'instructions',
      'metadata',
      'temperature',
      'tools',
      'tool_choice',
      'max_output_tokens',
      'store',
      'previous_response_id',
    ].map((name) => whole[name]),
    ['Be brief.', { a: 'b' }, 0.2, body['tools'], 'required', 20, false, 'resp_1'],
  );
  assert.deepEqual(whole.text, { verbosity: 'low', format: { type: 'text' } });
  assert.equal(whole.service_tier, 'priority');
  assert.ok(json.includes('"cost":0.0000015}'));
  assert.deepEqual(whole.usage, {
    input_tokens: 15,
    input_tokens_details: { cached_tokens: 5, cache_write_tokens: 0 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: 25,
    cost: 0.0000015,
  });
});

test('a tool of a group is told by its group and its name', () => {
  const tools = [
    { type: 'namespace', name: 'mcp__files', description: '', tools: [{ type: 'function', name: 'read' }] },
  ];
  const parts: AnswerPart[] = [
    start,
    { type: 'tool-call-start', choice: 0, index: 0, id: 'c', name: 'mcp__files__read', kind: 'function' },
    { type: 'tool-call-end', choice: 0, index: 0 },
  ];
  const whole = JSON.parse(writeResponsesAnswer(parts, end, { ...context, body: { ...context.body, tools } }));
  assert.deepEqual([whole.output[0].namespace, whole.output[0].name], ['mcp__files', 'read']);
});

test('sources that chat tells are annotations of the text', () => {
  const json =
    '[{"type":"url_citation","url_citation":{"start_index":0,"end_index":1,"url":"https://x.org","title":"X"}}]';
  const parts: AnswerPart[] = [
    start,
    { type: 'text-delta', choice: 0, text: 'a' },
    { type: 'foreign', choice: 0, value: { type: 'foreign', format: 'openai-chat', what: 'annotations', json } },
    {
      type: 'foreign',
      choice: 0,
      value: { type: 'foreign', format: 'anthropic-messages', what: 'citation', json: '{}' },
    },
  ];
  assert.deepEqual(JSON.parse(writeResponsesAnswer(parts, end, context)).output[0].content[0].annotations, [
    { type: 'url_citation', start_index: 0, end_index: 1, url: 'https://x.org', title: 'X' },
  ]);
});
