import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { Asked } from '../../asked.ts';
import { askResponses } from './ask.ts';

const bytesOf = (body: object) => Buffer.byteLength(JSON.stringify(body));

function ask(fields: object) {
  const body = { model: 'gpt-5.6', input: 'Hi', ...fields };
  return askResponses(body, bytesOf(body));
}

function asked(fields: object): Asked {
  const result = ask(fields);
  assert.ok('asked' in result, JSON.stringify(result));
  return result.asked;
}

function refused(fields: object): readonly [code: string, param: string | undefined] {
  const result = ask(fields);
  assert.ok('refusal' in result, JSON.stringify(fields));
  assert.ok(result.refusal.message.length > 0);
  return [result.refusal.code, result.refusal.param];
}

test('what admission must know is read', () => {
  const { conversationKey, ...read } = asked({ stream: true, max_output_tokens: 50, service_tier: 'flex' });
  assert.match(conversationKey ?? '', /^[\w-]{43}$/);
  assert.deepEqual(read, {
    model: 'gpt-5.6',
    stream: true,
    outputTokensRequested: 50,
    choices: 1,
    hasOutput: true,
    promptTokensBound: 1_091,
    promptTokensEstimate: 23,
    otherUnits: [],
    counts: {},
    serviceTier: 'flex',
    tellsCost: false,
  });
  assert.equal(asked({ usage: { include: true } }).tellsCost, true);
  assert.equal(asked({}).outputTokensRequested, 0);
  assert.equal(asked({ service_tier: 'auto' }).serviceTier, '');
  assert.equal(asked({ service_tier: 'fast' }).serviceTier, 'priority');
});

test('null stands for a field left out', () => {
  const names = [
    'instructions',
    'stream',
    'store',
    'tools',
    'max_output_tokens',
    'conversation',
    'prompt',
    'truncation',
  ];
  assert.equal(asked(Object.fromEntries(names.map((name) => [name, null]))).outputTokensRequested, 0);
});

test('what cannot be read is refused by its name', () => {
  const rows: readonly (readonly [fields: object, param: string])[] = [
    [{ model: '' }, 'model'],
    [{ model: 7 }, 'model'],
    [{ input: null }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: {} }, 'input'],
    [{ input: ['x'] }, 'input[0]'],
    [{ input: [{ content: 'x' }] }, 'input[0].role'],
    [{ input: [{ type: 7 }] }, 'input[0].type'],
    [{ input: [{ id: 'msg_1' }] }, 'input[0]'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]'],
    [{ instructions: 7 }, 'instructions'],
    [{ stream: 'yes' }, 'stream'],
    [{ store: 1 }, 'store'],
    [{ text: 'x' }, 'text'],
    [{ reasoning: 'high' }, 'reasoning'],
    [{ include: 'x' }, 'include'],
    [{ max_output_tokens: 0 }, 'max_output_tokens'],
    [{ max_output_tokens: 1.5 }, 'max_output_tokens'],
    [{ max_tool_calls: 1_001 }, 'max_tool_calls'],
    [{ tools: {} }, 'tools'],
    [{ tools: ['x'] }, 'tools[0]'],
    [{ tools: [{}] }, 'tools[0].type'],
    [{ tools: [{ type: 'namespace', name: 'n' }] }, 'tools[0].tools'],
    [{ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'mcp' }] }] }, 'tools[0].tools[0].type'],
    [{ Max_Output_Tokens: 5 }, 'Max_Output_Tokens'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', imageUrl: 'x' }] }] }, 'input[0].content[0].imageUrl'],
    [{ tools: [{ Type: 'mcp', type: 'function' }] }, 'tools[0].Type'],
    [{ max_tokens: 5 }, 'max_tokens'],
    [{ max_completion_tokens: 5 }, 'max_completion_tokens'],
    [{ n: 2 }, 'n'],
    [{ background: true }, 'background'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ truncation: 'auto' }, 'truncation'],
    [
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }] },
      'input[0].content[0].file_id',
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file-1' }] }] },
      'input[0].content[0].file_id',
    ],
  ];
  for (const [fields, param] of rows) assert.deepEqual(refused(fields), ['invalid_request', param]);
});

test('what no price covers is refused by its name', () => {
  const rows: readonly (readonly [fields: object, param: string])[] = [
    ...[
      'file_search',
      'code_interpreter',
      'image_generation',
      'mcp',
      'programmatic_tool_calling',
      'a_tool_of_next_year',
    ].map((type) => [{ tools: [{ type: 'function', name: 'f' }, { type }] }, 'tools[1].type'] as const),
    [{ tools: [{ type: 'shell', environment: { type: 'container_auto' } }] }, 'tools[0].environment'],
    [{ tools: [{ type: 'tool_search' }] }, 'tools[0].execution'],
    [{ input: [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'mcp' }] }] }, 'input[0].tools[0].type'],
    [{ input: [{ type: 'additional_tools', tools: [{ type: 'web_search' }] }] }, 'input[0].tools[0].type'],
    [{ input: [{ type: 'tool_search_output', tools: [{ type: 'image_generation' }] }] }, 'input[0].tools[0].type'],
    [{ input: [{ type: 'compaction_trigger' }] }, 'input[0].type'],
    [{ context_management: [{ type: 'compaction' }] }, 'context_management'],
    [{ reasoning: { mode: 'pro' } }, 'reasoning.mode'],
    [{ plugins: [{ id: 'web' }] }, 'plugins'],
  ];
  for (const [fields, param] of rows) assert.deepEqual(refused(fields), ['feature_not_priced', param]);
});

test('tools that the client runs cost their tokens only', () => {
  const tools = [
    { type: 'function', name: 'f' },
    { type: 'custom', name: 'apply_patch' },
    { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'f' }] },
    { type: 'local_shell' },
    { type: 'apply_patch' },
    { type: 'shell', environment: { type: 'local' } },
    { type: 'computer' },
    { type: 'tool_search', execution: 'client' },
  ];
  assert.deepEqual(asked({ tools }).counts, {});
  // What the provider writes about the five of them that it describes itself is not in the body.
  assert.ok(asked({ tools }).promptTokensBound >= 25_000);
  assert.ok(asked({ tools: tools.slice(0, 3) }).promptTokensBound < 2_000);
});

test('searches on the web are counted at their most, and the prompt is read once more with each', () => {
  const tools = [{ type: 'web_search' }];
  const plain = asked({ tools }).promptTokensBound;
  assert.deepEqual(asked({ tools }).counts, { search: 5 });
  const three = asked({ tools: [{ type: 'web_search_preview_2025_03_11' }], max_tool_calls: 3 });
  assert.deepEqual(three.counts, { search: 3 });
  assert.ok(plain > 5 * 128_000);
  assert.ok(three.promptTokensBound > 3 * 128_000 && three.promptTokensBound < plain);
  assert.equal(asked({ tools, max_tool_calls: 1_000, input: 'x'.repeat(5_000_000) }).promptTokensBound, 2 ** 31 - 1);
});

test('a picture counts as the dearest there is, and its bytes do not count, wherever it stands', () => {
  const url = `data:image/png;base64,${'A'.repeat(400_000)}`;
  const inMessage = asked({ input: [{ role: 'user', content: [{ type: 'input_image', image_url: url }] }] });
  const inResult = asked({
    input: [{ type: 'function_call_output', call_id: 'a', output: [{ type: 'input_image', image_url: url }] }],
  });
  const ofComputer = asked({
    input: [{ type: 'computer_call_output', call_id: 'a', output: { type: 'computer_screenshot', image_url: url } }],
  });
  for (const { promptTokensBound } of [inMessage, inResult, ofComputer]) {
    assert.ok(promptTokensBound >= 50_000 && promptTokensBound < 52_000, `${promptTokensBound}`);
  }
  const many = Array.from({ length: 1_501 }, () => ({ type: 'input_image', image_url: 'https://x.org/a.png' }));
  assert.deepEqual(refused({ input: [{ role: 'user', content: many }] }), ['invalid_request', 'input']);
});

test('a document can be as long as the longest context; a file of text is its bytes', () => {
  const file = (data: string) => ({
    input: [{ role: 'user', content: [{ type: 'input_file', filename: 'a', file_data: data }] }],
  });
  assert.ok(asked(file('data:application/pdf;base64,AAAA')).promptTokensBound >= 2_000_000);
  assert.ok(asked(file('data:text/plain;base64,QUFB')).promptTokensBound < 4_000);
  const remote = { type: 'input_file', file_url: 'https://x.org/a.pdf' };
  for (const item of [
    { role: 'user', content: [remote] },
    { type: 'function_call_output', call_id: 'a', output: [remote] },
  ]) {
    assert.ok(asked({ input: [item] }).promptTokensBound >= 2_000_000);
  }
});

test('sound and a long life in the cache are units of their own', () => {
  const sound = { type: 'input_audio', input_audio: { data: 'A'.repeat(100_000), format: 'mp3' } };
  const heard = asked({ input: [{ role: 'user', content: [sound] }] });
  assert.deepEqual(heard.otherUnits, ['audio_input']);
  assert.ok(heard.promptTokensBound < 5_000);
  assert.deepEqual(asked({ prompt_cache_options: { ttl: '12h' } }).otherUnits, ['cache_write_12h']);
  const marked = { type: 'input_text', text: 'x', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } };
  assert.deepEqual(asked({ input: [{ role: 'user', content: [marked] }] }).otherUnits, ['cache_write_12h']);
});

test('files that the sources of an earlier answer name are no files', () => {
  const annotations = [{ type: 'file_citation', file_id: 'file-1', filename: 'a', index: 0 }];
  asked({
    input: [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'x', annotations }] },
      { role: 'user', content: 'y' },
    ],
  });
});

test('a sound that claims to be slower than any sound can be is refused by its name', () => {
  const wav = Buffer.alloc(44);
  wav.write('RIFF', 0);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt32LE(100, 24);
  wav.writeUInt32LE(100, 28);
  wav.writeUInt16LE(1, 32);
  const part = { type: 'input_audio', input_audio: { data: wav.toString('base64'), format: 'wav' } };
  const result = askResponses({ model: 'm', input: [{ role: 'user', content: [part] }] }, 1_000);
  assert.equal('refusal' in result && result.refusal.param, 'input[0].content[0].input_audio.data');
});
