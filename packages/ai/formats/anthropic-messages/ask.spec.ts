import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { askMessages } from './ask.ts';

const base = { model: 'claude', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };

function ask(fields: object) {
  const body = { ...base, ...fields };
  return askMessages(body, JSON.stringify(body).length);
}

function asked(fields: object) {
  const result = ask(fields);
  assert.ok('asked' in result, JSON.stringify(result));
  return result.asked;
}

function refused(fields: object) {
  const result = ask(fields);
  assert.ok('refusal' in result, JSON.stringify(result));
  return result.refusal;
}

test('a request is asked for with its bounds', () => {
  const { promptTokensBound, promptTokensEstimate, conversationKey, ...rest } = asked({ stream: true });
  assert.deepEqual(rest, {
    model: 'claude',
    stream: true,
    outputTokensRequested: 100,
    choices: 1,
    hasOutput: true,
    otherUnits: [],
    counts: {},
    serviceTier: '',
    tellsCost: false,
  });
  assert.ok(promptTokensBound >= JSON.stringify({ ...base, stream: true }).length);
  assert.ok(promptTokensEstimate < promptTokensBound);
  assert.match(conversationKey ?? '', /^[\w-]{43}$/);
});

test('a bound of nothing, which fills the cache, is asked for as one token', () => {
  assert.equal(asked({ max_tokens: 0 }).outputTokensRequested, 1);
});

test('what is wrong is told with the field as the client wrote it', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ model: undefined }, 'model'],
    [{ model: ' ' }, 'model'],
    [{ model: 7 }, 'model'],
    [{ model: 'x'.repeat(300) }, 'model'],
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ max_tokens: null }, 'max_tokens'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ max_tokens: '100' }, 'max_tokens'],
    [{ max_tokens: 2 ** 40 }, 'max_tokens'],
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ role: 'developer', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
    [{ system: 7 }, 'system'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      'messages[0].content[0].source',
    ],
    [
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't', content: [{ type: 'document', source: { file_id: 'f' } }] },
            ],
          },
        ],
      },
      'messages[0].content[0].content[0].source',
    ],
    [{ messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] }] }, 'messages[0].content[0]'],
    [{ stream: 'yes' }, 'stream'],
    [{ tools: {} }, 'tools'],
    [{ tools: [null] }, 'tools[0]'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ speed: 'ludicrous' }, 'speed'],
  ];
  for (const [fields, param] of wrong) {
    const { code, param: told } = refused(fields);
    assert.deepEqual([code, told], ['invalid_request', param]);
  }
});

test('null stands for a field that is left out', () => {
  asked({ stream: null, tools: null, system: null, service_tier: null, speed: null, container: null, thinking: null });
});

test('what no hold can bound is refused by its name', () => {
  const unpriced: readonly (readonly [object, string])[] = [
    [{ container: 'c' }, 'container'],
    [{ mcp_servers: [{ url: 'https://x' }] }, 'mcp_servers'],
    [{ fallbacks: [{ model: 'other' }] }, 'fallbacks'],
    [{ compaction: {} }, 'compaction'],
    [{ thread: { type: 'auto' } }, 'thread'],
    [{ inference_geo: 'us' }, 'inference_geo'],
    [
      { context_management: { edits: [{ type: 'clear_thinking_20251015' }, { type: 'compact_20260112' }] } },
      'context_management',
    ],
    [{ tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }, 'tools[0].type'],
    [{ tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }] }, 'tools[0].type'],
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0].max_uses'],
    [{ tools: [{ type: 'web_fetch_20250910', name: 'web_fetch', max_uses: 3 }] }, 'tools[0].max_content_tokens'],
  ];
  for (const [fields, param] of unpriced) {
    const { code, param: told, message } = refused(fields);
    assert.deepEqual([code, told], ['feature_not_priced', param]);
    assert.ok(message.includes(param));
  }
  asked({ inference_geo: 'global', context_management: { edits: [{ type: 'clear_thinking_20251015' }] } });
});

describe('tools of the API itself', () => {
  const search = (uses: number) => ({ type: 'web_search_20250305', name: 'web_search', max_uses: uses });

  test('are asked for with the most searches there can be', () => {
    assert.deepEqual(asked({ tools: [search(3)] }).counts, { search: 3 });
    for (const uses of [0, 31, 1.5]) assert.equal(refused({ tools: [search(uses)] }).param, 'tools[0].max_uses');
  });

  test('read the prompt anew in each round, with what the rounds before have added', () => {
    const plain = asked({}).promptTokensBound;
    const searched = asked({ tools: [search(3)] }).promptTokensBound;
    assert.ok(searched > 4 * plain + 3 * 3 * 30_000);
    const tool = { type: 'web_fetch_20250910', name: 'web_fetch', max_uses: 2, max_content_tokens: 1_000 };
    const { counts, promptTokensBound } = asked({ tools: [tool] });
    assert.deepEqual(counts, {});
    assert.ok(promptTokensBound > 3 * plain + 2 * 2 * 2_000);
  });

  test('that the client runs cost the tokens of their description', () => {
    const types = [
      'bash_20250124',
      'text_editor_20250728',
      'memory_20250818',
      'computer_toolset_20260801',
      'browser_toolset_20260801',
    ];
    const { promptTokensBound } = asked({ tools: types.map((type) => ({ type, name: type })) });
    assert.ok(promptTokensBound > asked({}).promptTokensBound + 46_000);
  });
});

describe('the bound of a prompt', () => {
  const bound = (content: unknown) => asked({ messages: [{ role: 'user', content }] }).promptTokensBound;
  const data = 'A'.repeat(1_000_000);
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };

  test('counts a picture as the dearest there is, and not by its bytes', () => {
    assert.ok(bound([image]) < 60_000);
    assert.ok(bound([{ type: 'image', source: { type: 'url', url: 'https://x' } }]) > 50_000);
    assert.ok(bound([{ type: 'tool_result', tool_use_id: 't', content: [image, image] }]) > 100_000);
    assert.ok(bound([{ type: 'tool_result', tool_use_id: 't', content: [image, image] }]) < 110_000);
  });

  test('counts documents as all that a model reads, because their text is compressed', () => {
    const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } };
    assert.equal(bound([pdf]), 2_100_000);
    assert.equal(bound([pdf, pdf]), 2_100_000);
    assert.equal(bound([{ type: 'document', source: { type: 'url', url: 'https://x' } }]), 2_100_000);
    const text = { type: 'base64', media_type: 'text/plain', data: Buffer.from('Hi').toString('base64') };
    assert.ok(bound([{ type: 'document', source: text }]) < 10_000);
    assert.equal(bound([{ type: 'document', source: { ...text, data: 'JVBERi0x' } }]), 2_100_000);
    assert.ok(bound([{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }]) < 10_000);
  });

  test('counts text by its bytes, wherever it stands', () => {
    for (const block of [
      { type: 'text', text: data },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data } },
      { type: 'something_new', source: { type: 'base64', data } },
      { type: 'redacted_thinking', data },
    ]) {
      assert.ok(bound([block]) >= 1_000_000, block.type);
    }
  });
});

test('the tier that is asked for is told: speed has one of its own', () => {
  assert.equal(asked({ speed: 'fast' }).serviceTier, 'fast');
  assert.equal(asked({ speed: 'standard', service_tier: 'auto' }).serviceTier, '');
  assert.equal(asked({ service_tier: 'standard_only' }).serviceTier, 'standard');
});

test('a field in another spelling than its own is refused, because some provider may go by it', () => {
  for (const [fields, param] of [
    [{ Max_Tokens: 9_999_999 }, 'Max_Tokens'],
    [{ maxTokens: 9_999_999 }, 'maxTokens'],
    [{ Speed: 'fast' }, 'Speed'],
    [{ MCP_servers: [{}] }, 'MCP_servers'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', Source: { type: 'url' } }] }] },
      'messages[0].content[0].Source',
    ],
    [
      { tools: [{ Type: 'code_execution_20250825', name: 'f', input_schema: { properties: { Type: {} } } }] },
      'tools[0].Type',
    ],
  ] as const) {
    assert.equal(refused(fields).param, param);
  }
  asked({
    tools: [{ name: 'f', input_schema: { Type: 'object', MAX_TOKENS: 1 } }],
    metadata: { User_Id: 'x' },
    new_field: 1,
  });
});
