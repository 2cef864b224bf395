import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readAnthropicUsage, toOpenAiUsage } from './anthropic-usage.ts';
import { readAnthropicError } from './error.ts';
import { readAnthropicAnswer } from './response.ts';

const message = (fields: object) =>
  Buffer.from(
    JSON.stringify({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-x',
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 2 },
      ...fields,
    }),
  );

function read(fields: object, jsonToolName: string | null = null) {
  const answer = readAnthropicAnswer(message(fields), jsonToolName);
  assert.equal(answer.kind, 'answer');
  return { ...answer, completion: JSON.parse(answer.body.toString()) };
}

test('text becomes the content of one choice, with usage in the shape of OpenAI', () => {
  const { completion } = read({});
  assert.equal(completion.object, 'chat.completion');
  assert.deepEqual(completion.choices, [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ]);
  assert.equal(completion.usage.total_tokens, 7);
});

test('tool use becomes tool calls with arguments as text', () => {
  const { completion } = read({
    content: [{ type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } }],
    stop_reason: 'tool_use',
  });
  const [choice] = completion.choices;
  assert.deepEqual([choice.message.content, choice.finish_reason], [null, 'tool_calls']);
  assert.deepEqual(choice.message.tool_calls, [
    { id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
  ]);
});

test('the input of the JSON tool is the content, and the answer simply stops', () => {
  const content = [{ type: 'tool_use', id: 't1', name: 'answer_in_json', input: { a: 1 } }];
  const [choice] = read({ content, stop_reason: 'tool_use' }, 'answer_in_json').completion.choices;
  assert.deepEqual(
    [choice.message.content, choice.finish_reason, choice.message.tool_calls],
    ['{"a":1}', 'stop', undefined],
  );
});

test('every stop reason has its finish reason', () => {
  const expected = {
    end_turn: 'stop',
    stop_sequence: 'stop',
    max_tokens: 'length',
    refusal: 'content_filter',
    new_one: 'stop',
  };
  for (const [stopReason, finishReason] of Object.entries(expected)) {
    assert.equal(read({ stop_reason: stopReason }).completion.choices[0].finish_reason, finishReason);
  }
});

test('the parts of the usage stay disjoint, the one-hour cache write apart', () => {
  const usage = readAnthropicUsage({
    input_tokens: 1,
    cache_read_input_tokens: 2,
    cache_creation_input_tokens: 12,
    cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 8 },
    output_tokens: 16,
  });
  assert.deepEqual(usage, {
    input: 1,
    cached_input: 2,
    cache_write: 4,
    cache_write_1h: 8,
    output: 16,
  });
  assert.deepEqual(usage && toOpenAiUsage(usage), {
    prompt_tokens: 15,
    completion_tokens: 16,
    total_tokens: 31,
    prompt_tokens_details: { cached_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: 0 },
  });
});

test('a missing or absurd usage is none', () => {
  assert.equal(read({ usage: undefined }).usage, null);
  assert.equal(read({ usage: { input_tokens: -1, output_tokens: 1 } }).usage, null);
  assert.equal(
    readAnthropicUsage({ input_tokens: 1, output_tokens: 1, cache_creation: { ephemeral_1h_input_tokens: 5 } }),
    null,
  );
});

test('what is no message is invalid', () => {
  for (const text of ['<html>', '[]', '{"type":"error"}', '{"type":"message"}', '{"choices":[]}']) {
    assert.equal(readAnthropicAnswer(Buffer.from(text), null).kind, 'invalid', text);
  }
});

test("Anthropic's error document becomes OpenAI's", () => {
  const document = '{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"}}';
  assert.deepEqual(JSON.parse(String(readAnthropicError(Buffer.from(document)))), {
    error: {
      message: 'max_tokens: Field required',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_request_error',
    },
  });
  assert.equal(readAnthropicError(Buffer.from('<html>')), null);
});
