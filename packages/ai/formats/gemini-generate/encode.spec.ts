import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import { NoPlace } from '../../format.ts';
import { encodeGeminiRequest } from './encode.ts';
import { chatRequest, testTarget, userSays } from './testing.ts';

const encoded = (request: ChatRequest, target = testTarget()) => JSON.parse(encodeGeminiRequest(request, target).body);

describe('a request of another format', () => {
  test('has its system messages apart, its roles by turns, and the bound that was admitted', () => {
    const request = chatRequest([
      { role: 'system', spelling: 'system', content: [{ type: 'text', text: 'Be brief.' }], at: 'messages[0]' },
      userSays('Hello'),
      { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }], at: 'messages[2]' },
      userSays('And?'),
    ]);
    assert.deepEqual(encoded(request), {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hello' }] },
        { role: 'model', parts: [{ text: 'Hi.' }] },
        { role: 'user', parts: [{ text: 'And?' }] },
      ],
      generationConfig: { maxOutputTokens: 1_000 },
    });
  });

  test('has its tools with their schemas as they stand, digits among them, and the results by the names of their calls', () => {
    const schema = '{"type":"object","properties":{"n":{"maximum":12345678901234567890}}}';
    const { contents, tools, toolConfig } = encoded(
      chatRequest(
        [
          userSays('Weather?'),
          {
            role: 'assistant',
            content: [{ type: 'tool-call', id: 'c1', name: 'weather', kind: 'function', input: '{"n":1}' }],
            at: 'messages[1]',
          },
          {
            role: 'user',
            content: [
              { type: 'tool-result', callId: 'c1', kind: 'function', content: [{ type: 'text', text: 'sunny' }] },
            ],
            at: 'messages[2]',
          },
        ],
        { tools: [{ kind: 'function', name: 'weather', schema }], settings: { toolChoice: { kind: 'required' } } },
      ),
    );
    assert.deepEqual(contents.slice(1), [
      { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'weather', args: { n: 1 } } }] },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'c1', name: 'weather', response: { output: 'sunny' } } }],
      },
    ]);
    assert.deepEqual(toolConfig, { functionCallingConfig: { mode: 'ANY' } });
    assert.equal(tools[0].functionDeclarations[0].name, 'weather');
    const text = encodeGeminiRequest(
      chatRequest([userSays('x')], { tools: [{ kind: 'function', name: 'weather', schema }] }),
      testTarget(),
    ).body;
    assert.ok(text.includes('12345678901234567890'));
  });

  test('has a signature on each step of calls for a model that wants one: its own where it is known', () => {
    const call = (id: string) => ({ type: 'tool-call', id, name: 'f', kind: 'function', input: '{}' }) as const;
    const request = chatRequest([
      userSays('Go'),
      { role: 'assistant', content: [call('a'), call('b')], at: 'messages[1]' },
      {
        role: 'user',
        content: ['a', 'b'].map((callId) => ({ type: 'tool-result', callId, kind: 'function', content: [] }) as const),
        at: 'messages[2]',
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: '', proof: { format: 'gemini-generate', kind: 'signature', value: 'own' } },
          call('c'),
        ],
        at: 'messages[3]',
      },
    ]);
    const signaturesAt = (model: string) =>
      encoded(request, testTarget({ model }))
        .contents.filter(({ role }: { role: string }) => role === 'model')
        .flatMap(({ parts }: { parts: { thoughtSignature?: string }[] }) => parts.map((part) => part.thoughtSignature));
    assert.deepEqual(signaturesAt('gemini-3-pro'), ['skip_thought_signature_validator', undefined, 'own']);
    assert.deepEqual(signaturesAt('gemini-2.5-flash'), [undefined, undefined, 'own']);
  });

  test('thinks as much as it is asked to, in the terms of the model', () => {
    const thinking = (model: string, settings: ChatRequest['settings']) =>
      encoded(chatRequest([userSays('x')], { settings }), testTarget({ model })).generationConfig.thinkingConfig;
    assert.deepEqual(thinking('gemini-3-flash', { reasoning: { effort: 'high' } }), {
      thinkingLevel: 'high',
      includeThoughts: true,
    });
    assert.deepEqual(thinking('gemini-3-pro', { reasoning: { effort: 'minimal' } }), {
      thinkingLevel: 'low',
      includeThoughts: true,
    });
    assert.deepEqual(thinking('gemini-2.5-flash', { reasoning: { effort: 'none' } }), { thinkingBudget: 0 });
    assert.deepEqual(thinking('gemini-2.5-pro', { reasoning: { effort: 'none' } }), { thinkingBudget: 128 });
    assert.deepEqual(thinking('gemini-2.5-flash', { reasoning: { budgetTokens: 2_000 } }), {
      thinkingBudget: 2_000,
      includeThoughts: true,
    });
    assert.equal(thinking('gemini-2.0-flash', { reasoning: { effort: 'high' } }), undefined);
    assert.equal(thinking('gemini-3-flash', {}), undefined);
  });

  test('keeps to a schema by Google’s own field, and its other settings by their names', () => {
    const { generationConfig } = encoded(
      chatRequest([userSays('x')], {
        settings: {
          outputForm: { kind: 'schema', name: 'n', schema: '{"type":"object"}' },
          temperature: 0.5,
          topP: 0.9,
          topK: 40,
          seed: '7',
          stop: ['END'],
          choices: 2,
          presencePenalty: 0.1,
        },
      }),
    );
    assert.deepEqual(generationConfig, {
      maxOutputTokens: 1_000,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      candidateCount: 2,
      stopSequences: ['END'],
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object' },
    });
  });

  test('has pictures and sounds by their bytes, and a URL is refused by its place, or left out and told', () => {
    const picture = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'aGk=' } } as const;
    const sound = { type: 'audio', encoding: 'wav', data: 'aGk=' } as const;
    assert.deepEqual(encoded(chatRequest([{ role: 'user', content: [picture, sound], at: 'm' }])).contents[0].parts, [
      { inlineData: { mimeType: 'image/png', data: 'aGk=' } },
      { inlineData: { mimeType: 'audio/wav', data: 'aGk=' } },
    ]);
    const byUrl = chatRequest([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image', source: { kind: 'url', url: 'https://example.com/x.png' } },
        ],
        at: 'messages[0]',
      },
    ]);
    assert.throws(
      () => encodeGeminiRequest(byUrl, testTarget()),
      (thrown) => thrown instanceof NoPlace && thrown.what === 'messages[0]',
    );
    assert.deepEqual(encodeGeminiRequest(byUrl, testTarget({ dropsUnplaced: true })).dropped, ['messages[0]']);
  });

  test('that asks for what Gemini lacks is refused by the client’s own name', () => {
    for (const [settings, what] of [
      [{ logitBias: '{"50256":-100}' }, 'logitBias'],
      [{ logprobs: true }, 'logprobs'],
      [{ verbosity: 'low' }, 'verbosity'],
      [{ serviceTier: 'flex' }, 'serviceTier'],
      [{ stop: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'stop'],
    ] as const) {
      assert.throws(
        () => encodeGeminiRequest(chatRequest([userSays('x')], { settings }), testTarget()),
        (thrown) => thrown instanceof NoPlace && thrown.what === what,
        what,
      );
    }
  });
});
