import assert from 'node:assert/strict';
import { type Content, type GenerateContentResponse, GoogleGenAI, type Part } from '@google/genai';
import type { AgentSession, Desk } from './session.ts';

/** As Gemini CLI 0.61 sends it. */
const config = {
  systemInstruction: 'You are Gemini CLI, an interactive CLI agent.',
  temperature: 1,
  topP: 0.95,
  topK: 64,
  thinkingConfig: { includeThoughts: true, thinkingBudget: 8_192 },
  tools: [
    {
      functionDeclarations: [
        {
          name: 'read_file',
          description: 'Reads a file.',
          parametersJsonSchema: {
            type: 'object',
            properties: { file_path: { type: 'string' } },
            required: ['file_path'],
          },
        },
      ],
    },
  ],
};

/** Reads a file, and answers. */
export const geminiCliSession: AgentSession = async (desk) => {
  const client = new GoogleGenAI({
    apiKey: desk.apiKey,
    httpOptions: { baseUrl: desk.url, headers: { 'x-gateway-unplaced-fields': 'drop' } },
  });
  const question: Content = { role: 'user', parts: [{ text: 'What is in a.txt?' }] };
  const called = await ask(client, desk, [question]);
  const calls = called.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
  assert.ok(calls.length > 0 && calls.every(({ name }) => name === 'read_file'), JSON.stringify(called));
  const answers = calls.map(({ id, name }) => ({
    functionResponse: { ...(id !== undefined && { id }), name: name ?? '', response: { output: 'hello' } },
  }));
  const said = await ask(client, desk, [question, { role: 'model', parts: called }, { role: 'user', parts: answers }]);
  assert.notEqual(said.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''), '');
};

async function ask(client: GoogleGenAI, { model, stream }: Desk, contents: Content[]): Promise<Part[]> {
  const params = { model, contents, config: { ...config, maxOutputTokens: 16_000 } };
  const answers: GenerateContentResponse[] = [];
  if (stream) answers.push(...(await Array.fromAsync(await client.models.generateContentStream(params))));
  else answers.push(await client.models.generateContent(params));
  assert.ok(answers.at(-1)?.candidates?.[0]?.finishReason, 'the answer has an end');
  return answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
}
