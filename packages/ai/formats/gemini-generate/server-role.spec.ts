import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import { askGemini } from './ask.ts';
import { decodeGeminiRequest } from './decode.ts';
import { patchGeminiRequest } from './patch.ts';
import { openGeminiWriter } from './stream-writer.ts';
import { testContext, testTarget } from './testing.ts';
import { writeGeminiAnswer } from './write-answer.ts';

const addressed = { model: 'gemini-2.5-flash', isStream: true };
const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const ask = (body: object) => askGemini(body as Record<string, unknown>, JSON.stringify(body).length, addressed);

describe('what admission knows of a request', () => {
  test('comes from URL and body, by either name of a field', () => {
    for (const config of [
      { generationConfig: { maxOutputTokens: 50, candidateCount: 2 } },
      { generation_config: { max_output_tokens: 50, candidate_count: 2 } },
    ]) {
      const read = ask({ contents, ...config });
      assert.ok('asked' in read);
      const { model, stream, outputTokensRequested, choices, promptTokensBound } = read.asked;
      assert.deepEqual([model, stream, outputTokensRequested, choices], ['gemini-2.5-flash', true, 50, 2]);
      assert.ok(promptTokensBound > 1_000);
    }
  });

  test('pictures, sounds and films count as what they may be', () => {
    const media = (mimeType: string, data = 'aGk=') =>
      ask({ contents: [{ parts: [{ inlineData: { mimeType, data } }] }] });
    const picture = media('image/png');
    const film = media('video/mp4');
    const sound = media('audio/mp3', 'A'.repeat(4_000));
    assert.ok('asked' in picture && picture.asked.promptTokensBound >= 50_000);
    assert.ok('asked' in film && film.asked.promptTokensBound >= 1_000_000);
    assert.ok('asked' in sound);
    assert.deepEqual(sound.asked.otherUnits, ['audio_input']);
  });

  test('what cannot be priced, or is another’s, is refused by its name', () => {
    for (const [body, param] of [
      [{ contents, tools: [{ googleSearch: {} }] }, 'tools[0].googleSearch'],
      [{ contents, tools: [{ code_execution: {} }] }, 'tools[0].code_execution'],
      [{ contents, cachedContent: 'cachedContents/x' }, 'cachedContent'],
      [{ contents: [{ parts: [{ fileData: { fileUri: 'x' } }] }] }, 'contents[0].parts[0].fileData'],
      [
        { contents, generationConfig: { maxOutputTokens: 5, max_output_tokens: 50_000 } },
        'generationConfig.max_output_tokens',
      ],
      [{ contents, GenerationConfig: { maxOutputTokens: 5 } }, 'GenerationConfig'],
      [{ contents: [{ parts: { text: 'one' } }] }, 'contents[0].parts'],
      [{}, 'contents'],
    ] as const) {
      const read = ask(body);
      assert.ok('refusal' in read, param);
      assert.equal(read.refusal.param, param);
    }
  });
});

describe('a request for another format', () => {
  test('has calls and results paired, by id or by name, and Google’s schemas as JSON Schema', () => {
    const decoded = decodeGeminiRequest({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Weather?' }] },
        {
          role: 'model',
          parts: [{ functionCall: { name: 'weather', args: { city: 'Rome' } }, thoughtSignature: 's' }],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'sunny' } } }] },
      ],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'weather',
              description: 'Tells it.',
              parameters: {
                type: 'OBJECT',
                properties: { city: { type: 'STRING', nullable: true } },
                required: ['city'],
              },
            },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
      generationConfig: { temperature: 0.3, stopSequences: ['x'], thinkingConfig: { thinkingBudget: 0 } },
      safetySettings: [{ category: 'x', threshold: 'y' }],
    });
    assert.deepEqual(
      decoded.messages.map(({ role, content }) => [role, content.map(({ type }) => type)]),
      [
        ['system', ['text']],
        ['user', ['text']],
        ['assistant', ['reasoning', 'tool-call']],
        ['user', ['tool-result']],
      ],
    );
    const [tool] = decoded.tools;
    assert.ok(tool?.kind === 'function');
    assert.deepEqual(JSON.parse(tool.schema ?? ''), {
      type: 'object',
      properties: { city: { type: ['string', 'null'] } },
      required: ['city'],
    });
    assert.deepEqual(decoded.settings.toolChoice, { kind: 'tool', name: 'weather', toolKind: 'function' });
    assert.deepEqual(decoded.settings.reasoning, { effort: 'none', budgetTokens: 0, mode: 'disabled' });
    assert.equal(decoded.others.size, 0);
  });

  test('with a response to no call is refused by its place', () => {
    const orphan = { contents: [{ role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] }] };
    assert.throws(() => decodeGeminiRequest(orphan), /no call of 'f'/);
  });
});

describe('an answer of another format', () => {
  const parts: readonly AnswerPart[] = [
    { type: 'start', id: 'x', model: 'm', createdAtS: 1 },
    { type: 'reasoning-delta', choice: 0, text: 'Hm' },
    { type: 'text-delta', choice: 0, text: 'Hel' },
    { type: 'text-delta', choice: 0, text: 'lo' },
    { type: 'tool-call-start', choice: 0, index: 0, id: 'c', name: 'f', kind: 'function' },
    { type: 'tool-call-delta', choice: 0, index: 0, input: '{"a":' },
    { type: 'tool-call-delta', choice: 0, index: 0, input: '1}' },
    { type: 'tool-call-end', choice: 0, index: 0 },
    { type: 'finish', choice: 0, reason: 'tool-calls' },
  ];
  const end = { usage: { input: 5, output: 3, reasoning: 2, cached_input: 1 }, serviceTier: '' };
  const usageMetadata = {
    promptTokenCount: 6,
    candidatesTokenCount: 3,
    totalTokenCount: 11,
    cachedContentTokenCount: 1,
    thoughtsTokenCount: 2,
  };

  test('is a document with its parts put together', () => {
    assert.deepEqual(JSON.parse(writeGeminiAnswer(parts, end, testContext)), {
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Hm', thought: true },
              { text: 'Hello' },
              { functionCall: { id: 'c', name: 'f', args: { a: 1 } } },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata,
      modelVersion: 'asked-model',
      responseId: 'r-1',
    });
  });

  test('is a stream of documents, of which only the last says why it stopped', () => {
    const writer = openGeminiWriter(testContext);
    const text = parts.map((part) => writer.write(part)).join('');
    assert.ok(!text.includes('finishReason'));
    const documents = `${text}${writer.close(end)}`
      .split('\n\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line.slice('data: '.length)));
    const said = documents.flatMap(({ candidates }) => candidates[0].content.parts);
    assert.deepEqual(said, [
      { text: 'Hm', thought: true },
      { text: 'Hel' },
      { text: 'lo' },
      { functionCall: { id: 'c', name: 'f', args: { a: 1 } } },
    ]);
    assert.deepEqual(documents.at(-1).usageMetadata, usageMetadata);
    assert.equal(documents.at(-1).candidates[0].finishReason, 'STOP');
  });
});

test('the client’s bytes pass but for the bound, by whichever name it has', () => {
  const patched = (body: object) => {
    const text = JSON.stringify(body);
    return patchGeminiRequest(Buffer.from(text), JSON.parse(text), testTarget()).toString();
  };
  const small = { contents, generationConfig: { maxOutputTokens: 10 } };
  assert.equal(patched(small), JSON.stringify(small));
  assert.deepEqual(JSON.parse(patched({ contents })).generationConfig, { maxOutputTokens: 1_000 });
  assert.deepEqual(
    JSON.parse(patched({ contents, generation_config: { max_output_tokens: 5_000, top_k: 3 } })).generation_config,
    {
      max_output_tokens: 1_000,
      top_k: 3,
    },
  );
});
