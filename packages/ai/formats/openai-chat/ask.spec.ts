import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { CONTEXT_TOKENS_MAX } from '../../ask/file-bound.ts';
import type { Asked } from '../../asked.ts';
import { askChat } from './ask.ts';

const messages = [{ role: 'user', content: 'hi' }];
const request = { model: 'gpt-test', messages };
const text = { type: 'text', text: 'hi' };

const HIDDEN = 1_000;
const IMAGE = 50_000;

function asked(body: Record<string, unknown>): Asked {
  const read = askChat(body, Buffer.byteLength(JSON.stringify(body)));
  assert.ok('asked' in read, JSON.stringify(read));
  return read.asked;
}

function refusedParam(body: Record<string, unknown>, code = 'invalid_request'): string | undefined {
  const read = askChat(body, 1_000);
  assert.ok('refusal' in read, JSON.stringify(body).slice(0, 200));
  assert.equal(read.refusal.code, code);
  return read.refusal.param;
}

const withPart = (part: unknown) => ({ ...request, messages: [{ role: 'user', content: [text, part] }] });

describe('what is asked', () => {
  test('is read, and null is taken for a field left out', () => {
    const plain = {
      model: 'gpt-test',
      stream: false,
      outputTokensRequested: 0,
      choices: 1,
      hasOutput: true,
      otherUnits: [],
      counts: {},
      serviceTier: '',
      tellsCost: false,
    };
    const { promptTokensBound: _, promptTokensEstimate: __, conversationKey, ...read } = asked(request);
    assert.deepEqual(read, plain);
    assert.match(conversationKey ?? '', /^[\w-]{43}$/);
    const none = ['stream', 'n', 'max_tokens', 'max_completion_tokens', 'tools', 'stream_options', 'service_tier'];
    const nulls = Object.fromEntries(
      [...none, 'modalities', 'audio', 'prediction', 'usage'].map((name) => [name, null]),
    );
    const { promptTokensBound: ___, promptTokensEstimate: ____, ...nothing } = asked({ ...request, ...nulls });
    assert.deepEqual(nothing, { ...plain, conversationKey });
    const some = asked({ ...request, stream: true, n: 128, max_tokens: 5, service_tier: 'flex', x_unknown: {} });
    assert.deepEqual([some.stream, some.choices, some.outputTokensRequested, some.serviceTier], [true, 128, 5, 'flex']);
    assert.equal(asked({ ...request, service_tier: 'auto' }).serviceTier, '');
    assert.equal(asked({ ...request, usage: { include: true } }).tellsCost, true);
  });

  test('goes by the larger of two bounds of the output', () => {
    assert.equal(asked({ ...request, max_tokens: 5, max_completion_tokens: 7 }).outputTokensRequested, 7);
  });

  test('has the bytes of a prediction in its output, where that is bounded', () => {
    const prediction = { type: 'content', content: 'é'.repeat(100) };
    const bytes = Buffer.byteLength(JSON.stringify(prediction));
    assert.equal(asked({ ...request, prediction, max_tokens: 5 }).outputTokensRequested, 5 + bytes);
    assert.equal(asked({ ...request, prediction }).outputTokensRequested, 0);
  });

  test('names the units beside those of text', () => {
    assert.deepEqual(asked({ ...request, modalities: ['text', 'audio'] }).otherUnits, ['audio_output']);
    assert.deepEqual(asked({ ...request, audio: { voice: 'alloy' } }).otherUnits, ['audio_output']);
    assert.deepEqual(asked({ ...request, modalities: ['image', 'text'] }).otherUnits, ['image_output']);
    assert.deepEqual(asked({ ...request, modalities: ['text'] }).otherUnits, []);
    const sound = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } };
    assert.deepEqual(asked(withPart(sound)).otherUnits, ['audio_input']);
    const earlier = { ...request, messages: [...messages, { role: 'assistant', audio: { id: 'a' } }] };
    assert.deepEqual(asked(earlier).otherUnits, ['audio_input']);
    const searching = asked({ ...request, web_search_options: {}, n: 2 });
    assert.deepEqual([searching.otherUnits, searching.counts], [['search'], { search: 10 }]);
  });

  test('may have every role, content in parts, and none beside tool calls', () => {
    const roles = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];
    const all = roles.map((role) => ({ role, content: [text] }));
    const toolCall = { role: 'assistant', content: null, tool_calls: [{}] };
    assert.ok(asked({ model: 'm', messages: [...all, toolCall, { role: 'assistant' }] }));
  });
});

describe('what is refused', () => {
  test('has not the right shape: the field is named', () => {
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
      [{ ...request, service_tier: 7 }, 'service_tier'],
      [{ ...request, modalities: 'audio' }, 'modalities'],
      [withPart({ type: 'input_audio', input_audio: 'x' }), 'messages[0].content[1].input_audio'],
      [withPart({ type: 'input_audio', input_audio: { format: 'mp3' } }), 'messages[0].content[1].input_audio.data'],
    ];
    for (const [body, param] of cases) assert.equal(refusedParam(body), param);
  });

  test('costs what no price covers, or what nothing bounds', () => {
    const cases: Record<string, unknown> = {
      search_parameters: { mode: 'on' },
      enable_search: true,
      web_search: {},
      plugins: [{ id: 'web' }],
      models: ['a-dear-one'],
      fallbacks: ['a-dear-one'],
      chat_template: '{% for i in range(9999) %}x{% endfor %}',
      modalities: ['text', 'smell'],
      tools: [{ type: 'function' }, { type: 'web_search' }],
    };
    for (const [field, value] of Object.entries(cases)) {
      assert.equal(refusedParam({ ...request, [field]: value }, 'feature_not_priced'), field);
    }
    for (const type of ['video_url', 'document', 'container']) {
      assert.equal(refusedParam(withPart({ type }), 'feature_not_priced'), 'messages[0].content[1].type');
    }
    for (const field of ['video_url', 'document', 'audio_url']) {
      const param = `messages[0].content[1].${field}`;
      assert.equal(refusedParam(withPart({ ...text, [field]: { url: 'x' } }), 'feature_not_priced'), param);
      assert.ok(asked(withPart({ ...text, [field]: null })));
    }
    const uploaded = withPart({ type: 'file', file: { file_id: 'file-1' } });
    assert.equal(refusedParam(uploaded, 'feature_not_priced'), 'messages[0].content[1].file.file_id');
  });

  test('is not what is there but asks for nothing', () => {
    const nothing = {
      web_search_options: null,
      enable_search: false,
      plugins: [],
      modalities: [],
      service_tier: 'default',
    };
    const body = { ...request, ...nothing, tools: [{ type: 'function' }, { type: 'custom' }], logprobs: true };
    assert.deepEqual(asked(body).otherUnits, []);
  });
});

describe('the bound of the prompt', () => {
  const boundOf = (content: unknown, stringify: (value: unknown) => string = JSON.stringify) => {
    const body = { model: 'm', messages: [{ role: 'user', content }] };
    const bodyBytes = Buffer.byteLength(stringify(body));
    const read = askChat(body, bodyBytes);
    assert.ok('asked' in read);
    return { bodyBytes, tokens: read.asked.promptTokensBound, estimate: read.asked.promptTokensEstimate };
  };

  test('is the bytes of the body for text, and what providers add', () => {
    const { bodyBytes, tokens, estimate } = boundOf('Grüße 👋');
    assert.deepEqual([tokens, estimate], [bodyBytes + HIDDEN, Math.ceil(bodyBytes / 4)]);
  });

  test('is never below the bytes of the text, however it is escaped', () => {
    const content = 'é👋"\\\n\u0001';
    const escaped = (value: unknown) =>
      JSON.stringify(value).replace(
        /[^\x20-\x7e]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    for (const stringify of [JSON.stringify, escaped]) {
      assert.ok(boundOf(content, stringify).tokens >= Buffer.byteLength(content));
    }
  });

  test('counts an image in a part of another type as well, and its bytes as text', () => {
    const { bodyBytes, tokens } = boundOf([{ ...text, image_url: { url: 'data:image/png;base64,AAAA' } }]);
    assert.equal(tokens, bodyBytes + IMAGE + HIDDEN);
  });

  test('counts an image as the dearest there is and not by its bytes, in either of its forms', () => {
    const base64 = 'A'.repeat(1_000_000);
    for (const image_url of [{ url: `data:image/png;base64,${base64}` }, `data:image/png;base64,${base64}`]) {
      const { bodyBytes, tokens } = boundOf([{ type: 'image_url', image_url }]);
      assert.equal(tokens, bodyBytes - base64.length + IMAGE + HIDDEN);
    }
    const { bodyBytes, tokens, estimate } = boundOf([{ type: 'image_url', image_url: { url: 'https://a.example/b' } }]);
    assert.deepEqual([tokens, estimate], [bodyBytes + IMAGE + HIDDEN, Math.ceil(bodyBytes / 4) + 1_000]);
  });

  test('takes nothing off for what is not an image’s data, or is text that looks like it', () => {
    const url = `data:image/png;base64,${'A'.repeat(100)}`;
    for (const content of [url, [{ type: 'text', text: url }]]) {
      const { bodyBytes, tokens } = boundOf(content);
      assert.equal(tokens, bodyBytes + HIDDEN);
    }
    const odd = boundOf([{ type: 'image_url', image_url: 7 }, { type: 'image_url' }]);
    assert.equal(odd.tokens, odd.bodyBytes + 2 * IMAGE + HIDDEN);
  });

  test('counts a sound by its length at the lowest rate that there is', () => {
    const data = Buffer.alloc(60_000).toString('base64');
    const sound = (format: string, bytes: string) => [{ type: 'input_audio', input_audio: { data: bytes, format } }];
    const mp3 = boundOf(sound('mp3', data));
    assert.equal(mp3.tokens, mp3.bodyBytes - data.length + 60 * 50 + HIDDEN);
    const slow = boundOf(sound('opus', data));
    assert.equal(slow.tokens, slow.bodyBytes + HIDDEN);
  });

  test('goes by the rate that a WAV says it has, and refuses one that is too slow to be sound', () => {
    const wav = (samples: number, blockBytes: number, declared = samples * blockBytes) => {
      const bytes = Buffer.alloc(100_044);
      bytes.write('RIFF', 0, 'latin1');
      bytes.write('WAVEfmt ', 8, 'latin1');
      bytes.writeUInt32LE(16, 16);
      bytes.writeUInt32LE(samples, 24);
      bytes.writeUInt32LE(declared, 28);
      bytes.writeUInt16LE(blockBytes, 32);
      return bytes.toString('base64');
    };
    const part = (data: string) => ({ type: 'input_audio', input_audio: { data, format: 'wav' } });
    const { bodyBytes, tokens } = boundOf([part(wav(16_000, 2))]);
    assert.ok(tokens < bodyBytes - 133_000 + 5_100 + HIDDEN);
    for (const slow of [wav(1, 1), wav(8_000, 2, 4), wav(4, 2, 96_000)]) {
      assert.equal(refusedParam(withPart(part(slow))), 'messages[0].content[1].input_audio.data');
    }
    const headless = Buffer.alloc(3_000, 1).toString('base64');
    const unknown = boundOf([part(headless)]);
    assert.equal(unknown.tokens, unknown.bodyBytes + HIDDEN);
  });

  test('counts a document as the longest context, and a file of text by its bytes', () => {
    const file = (file_data: string) => boundOf([{ type: 'file', file: { file_data, filename: 'a' } }]);
    assert.equal(file(`data:application/pdf;base64,${'A'.repeat(2_500)}`).tokens, CONTEXT_TOKENS_MAX);
    assert.equal(file('A'.repeat(2_500)).tokens, CONTEXT_TOKENS_MAX);
    const { bodyBytes, tokens } = file(`data:text/plain;base64,${Buffer.from('Hi').toString('base64')}`);
    assert.ok(tokens >= bodyBytes + HIDDEN && tokens < bodyBytes + HIDDEN + 5_000);
  });

  test('counts what a search may put before the model', () => {
    const plain = asked(request).promptTokensBound;
    assert.ok(asked({ ...request, web_search_options: {} }).promptTokensBound > plain + 5 * 25_000);
  });

  test('never passes what the contract can count', () => {
    const images = Array.from({ length: 1_501 }, () => ({ type: 'image_url', image_url: { url: 'x' } }));
    assert.equal(refusedParam({ ...request, messages: [{ role: 'user', content: images }] }), 'messages');
    const answers = Array.from({ length: 140_000 }, () => ({ role: 'assistant', audio: { id: 'a' } }));
    assert.equal(refusedParam({ ...request, messages: answers }), 'messages');
  });
});
