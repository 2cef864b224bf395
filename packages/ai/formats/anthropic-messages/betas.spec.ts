import assert from 'node:assert/strict';
import type { JsonObject } from '#kernel/json.ts';
import { describe, test } from '#testkit/test.ts';
import { type BetaTakers, NoPlace, type Target } from '../../format.ts';
import { countBody } from './count-body.ts';
import { anthropicMessages } from './format.ts';
import { messagesHeaders } from './headers.ts';
import { patchMessagesRequest } from './patch.ts';
import { anthropicRules, testTarget } from './testing.ts';

/** What Claude Code sends (2.1.332), with what an account of Anthropic's adds to it. */
const sent =
  'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,thinking-token-count-2026-05-13,advanced-tool-use-2025-11-20,effort-2025-11-24,prompt-caching-scope-2026-01-05';

const targetOf = (betas: BetaTakers | undefined, target: Partial<Target> = {}): Target =>
  testTarget({ model: 'm', rules: { ...anthropicRules, betas }, ...target });

function patched(betas: BetaTakers | undefined, body: JsonObject, target: Partial<Target> = {}): unknown {
  const text = Buffer.from(JSON.stringify({ model: 'm', max_tokens: 7, stream: false, ...body }));
  const {
    model: _model,
    max_tokens: _max,
    stream: _stream,
    ...rest
  } = JSON.parse(patchMessagesRequest(text, JSON.parse(text.toString()), targetOf(betas, target)).toString());
  return rest;
}

describe('the header', () => {
  const headerAt = (betas: BetaTakers | undefined, header: string) =>
    messagesHeaders({ 'anthropic-beta': header }, { betas })['anthropic-beta'];

  test('goes to Anthropic as it is, with features that nobody knows', () => {
    assert.equal(headerAt('all', `${sent}, tomorrow-2027-01-01`), `${sent}, tomorrow-2027-01-01`);
  });

  test('has for a cloud what that cloud takes, by its name there', () => {
    const atBedrock =
      'interleaved-thinking-2025-05-14,context-management-2025-06-27,tool-search-tool-2025-10-19,effort-2025-11-24';
    assert.equal(headerAt('bedrock-invoke', sent), atBedrock);
    const atVertex = 'interleaved-thinking-2025-05-14,context-management-2025-06-27,tool-search-tool-2025-10-19';
    assert.equal(headerAt('vertex-raw-predict', sent), atVertex);
  });

  test('names a feature once, however often it comes', () => {
    const twice = 'advanced-tool-use-2025-11-20,tool-search-tool-2025-10-19';
    assert.equal(headerAt('bedrock-invoke', twice), 'tool-search-tool-2025-10-19');
  });

  test('does not come to a provider that takes none of it', () => {
    assert.deepEqual(messagesHeaders({ 'anthropic-beta': sent, 'anthropic-version': '2026-10-21' }, {}), {
      'anthropic-version': '2026-10-21',
    });
    assert.equal(headerAt('bedrock-invoke', 'constructor,__proto__,tomorrow-2027-01-01'), undefined);
  });
});

describe('the fields', () => {
  const mark = { type: 'ephemeral', scope: 'global' };
  const usual = { type: 'ephemeral' };
  const tool = { name: 'f', input_schema: { properties: { scope: {}, defer_loading: {} } } };
  const body = {
    system: [{ type: 'text', text: 'a', cache_control: mark }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'x', cache_control: mark }] },
        ],
      },
    ],
    tools: [{ ...tool, defer_loading: true, input_examples: [{}], cache_control: mark }],
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    thinking: { type: 'adaptive', display: 'omitted' },
    output_config: { effort: 'high' },
    cache_control: mark,
  };

  test('go to Anthropic as they are', () => {
    assert.deepEqual(patched('all', body), body);
  });

  test('of a feature that a provider does not take stay away, and nothing else does', () => {
    const { context_management: _edits, ...others } = body;
    assert.deepEqual(patched(undefined, body), {
      ...others,
      system: [{ type: 'text', text: 'a', cache_control: usual }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'x', cache_control: usual }] },
          ],
        },
      ],
      tools: [{ ...tool, cache_control: usual }],
      cache_control: usual,
    });
  });

  test('of a feature that a cloud takes stay', () => {
    for (const cloud of ['bedrock-invoke', 'vertex-raw-predict'] as const) {
      const { tools, context_management: edits } = patched(cloud, body) as JsonObject;
      assert.deepEqual(edits, body.context_management, cloud);
      // The search for tools is there, examples of inputs are not.
      assert.deepEqual(tools, [{ ...tool, defer_loading: true, cache_control: usual }], cloud);
    }
  });

  test('go together with their header, at every door', () => {
    const pairs: readonly (readonly [string, JsonObject])[] = [
      ['context-management-2025-06-27', { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }],
      ['prompt-caching-scope-2026-01-05', { cache_control: { type: 'ephemeral', scope: 'global' } }],
      ['fine-grained-tool-streaming-2025-05-14', { tools: [{ ...tool, eager_input_streaming: true }] }],
      ['thinking-binding-controls-2026-08-01', { thinking: { type: 'adaptive', block_binding: {} } }],
      ['thinking-display-updates-2026-08-18', { thinking: { type: 'adaptive', display: 'updates' } }],
      ['tool-search-tool-2025-10-19', { tools: [{ ...tool, defer_loading: true }] }],
      [
        'per-turn-control-2026-07-01',
        { messages: [{ role: 'system', content: [], output_config: { effort: 'low' } }] },
      ],
      [
        'mid-conversation-system-clear-at-2026-08-21',
        { messages: [{ role: 'system', content: 'x', clear_at: 'never' }] },
      ],
    ];
    for (const betas of ['all', 'vertex-raw-predict', undefined] as const) {
      for (const [name, fields] of pairs) {
        const isNamed = messagesHeaders({ 'anthropic-beta': name }, { betas })['anthropic-beta'] === name;
        const isThere = JSON.stringify(patched(betas, fields)) === JSON.stringify(fields);
        assert.equal(isThere, isNamed, `${name} at ${betas}`);
      }
    }
  });

  test('that change the answer are refused by name, and dropped only where the client allows it', () => {
    const changing: readonly (readonly [string, JsonObject, JsonObject])[] = [
      ['speed', { speed: 'fast' }, {}],
      ['output_format', { output_format: { type: 'json_schema', schema: {} } }, {}],
      [
        'output_config.task_budget',
        { output_config: { effort: 'low', task_budget: { total: 9 } } },
        { output_config: { effort: 'low' } },
      ],
      ['context_management', { context_management: { edits: [{ type: 'mask_20270101' }] } }, {}],
    ];
    for (const [name, fields, left] of changing) {
      assert.throws(
        () => patched(undefined, fields),
        (thrown) => {
          assert.ok(thrown instanceof NoPlace);
          assert.equal(thrown.what, name);
          return true;
        },
      );
      assert.deepEqual(patched(undefined, fields, { dropsUnplaced: true }), left, name);
      const target = targetOf(undefined, { dropsUnplaced: true });
      assert.deepEqual(anthropicMessages.client.dropped?.(fields, target), [name]);
    }
    assert.deepEqual(patched(undefined, { speed: 'standard' }), { speed: 'standard' });
    assert.deepEqual(anthropicMessages.client.dropped?.(body, targetOf(undefined)), []);
  });

  test('that are no features keep every byte, and numbers beside a feature keep their digits', () => {
    const plain = Buffer.from('{ "model":"m", "max_tokens": 7, "n":1234567890123456789 }');
    assert.equal(patchMessagesRequest(plain, JSON.parse(plain.toString()), targetOf(undefined)), plain);
    const text =
      '{"model":"m","max_tokens":7,"n":1.0,"tools":[{"name":"f","n":1234567890123456789,"defer_loading":true}]}';
    assert.equal(
      patchMessagesRequest(Buffer.from(text), JSON.parse(text), targetOf(undefined)).toString(),
      '{"model":"m","max_tokens":7,"n":1.0,"tools":[{"name":"f","n":1234567890123456789}]}',
    );
  });

  test('are left out where a prompt is counted, whatever they are', () => {
    const text = '{"model":"c","max_tokens":7,"speed":"fast","messages":[],"context_management":{"edits":[]}}';
    assert.equal(
      countBody(Buffer.from(text), JSON.parse(text), targetOf(undefined)).toString(),
      '{"model":"m","messages":[]}',
    );
  });
});
