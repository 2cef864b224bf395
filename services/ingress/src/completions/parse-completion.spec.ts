import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { parseCompletion } from './parse-completion.ts';

const messages = [{ role: 'user', content: 'hi' }];
const request = { model: 'gpt-test', messages };

describe('parseCompletion', () => {
  test('reads what the gateway must know, and takes null for a field left out', () => {
    const plain = { model: 'gpt-test', messages, stream: false, outputTokensRequested: 0, choices: 1 };
    assert.deepEqual(parseCompletion(request), { asked: plain });
    const nulls = {
      stream: null,
      n: null,
      max_tokens: null,
      max_completion_tokens: null,
      tools: null,
      stream_options: null,
    };
    assert.deepEqual(parseCompletion({ ...request, ...nulls }), { asked: plain });
    assert.deepEqual(parseCompletion({ ...request, stream: true, n: 128, max_tokens: 5, x_unknown: {} }), {
      asked: { ...plain, stream: true, choices: 128, outputTokensRequested: 5 },
    });
  });

  test('goes by the larger of two bounds of the output', () => {
    const parsed = parseCompletion({ ...request, max_tokens: 5, max_completion_tokens: 7 });
    assert.ok('asked' in parsed && parsed.asked.outputTokensRequested === 7);
  });

  test('takes every role, content in parts, and none beside tool calls', () => {
    const roles = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];
    const all = roles.map((role) => ({ role, content: [{ type: 'text', text: 'hi' }] }));
    const toolCall = { role: 'assistant', content: null, tool_calls: [{}] };
    assert.ok('asked' in parseCompletion({ model: 'm', messages: [...all, toolCall, { role: 'assistant' }] }));
  });

  test('refuses what has not the right shape, and names the field', () => {
    const message = (fields: object) => ({ ...request, messages: [...messages, fields] });
    const cases: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ messages }, 'model'],
      [{ ...request, model: 7 }, 'model'],
      [{ ...request, model: ' ' }, 'model'],
      [{ ...request, model: 'm'.repeat(257) }, 'model'],
      [{ model: 'm' }, 'messages'],
      [{ ...request, messages: 'hi' }, 'messages'],
      [{ ...request, messages: [] }, 'messages'],
      [{ ...request, messages: ['hi'] }, 'messages[0]'],
      [message({ content: 'hi' }), 'messages[1].role'],
      [message({ role: 'robot', content: 'hi' }), 'messages[1].role'],
      [message({ role: 'user', content: 7 }), 'messages[1].content'],
      [message({ role: 'user', content: ['hi'] }), 'messages[1].content[0]'],
      [message({ role: 'user', content: [{ text: 'hi' }] }), 'messages[1].content[0].type'],
      [{ ...request, stream: 'true' }, 'stream'],
      [{ ...request, stream_options: true }, 'stream_options'],
      [{ ...request, tools: {} }, 'tools'],
      [{ ...request, tools: ['search'] }, 'tools[0]'],
      [{ ...request, n: 0 }, 'n'],
      [{ ...request, n: 129 }, 'n'],
      [{ ...request, n: '2' }, 'n'],
      [{ ...request, max_tokens: -1 }, 'max_tokens'],
      [{ ...request, max_tokens: 1.5 }, 'max_tokens'],
      [{ ...request, max_tokens: true }, 'max_tokens'],
      [{ ...request, max_completion_tokens: 2 ** 31 }, 'max_completion_tokens'],
    ];
    for (const [body, param] of cases) {
      const parsed = parseCompletion(body);
      assert.ok('refusal' in parsed, param);
      assert.equal(parsed.refusal.param, param);
      assert.equal(parsed.refusal.code, 'invalid_request');
    }
  });
});
