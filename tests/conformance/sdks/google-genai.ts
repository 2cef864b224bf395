import { ApiError, type Content, type FunctionCall, GoogleGenAI, type Part } from '@google/genai';
import type { Answer, Endpoint, ErrorKind, Question, Sdk } from './sdk.ts';

const OUTPUT_TOKENS = 4_000;
const THINKING_TOKENS = 1_024;

/** Google's own, of the Gemini API. */
export const googleGenAi: Sdk = {
  name: '@google/genai',
  speaks: 'gemini-generate',
  ask: (endpoint, question) => converse(endpoint, question, [{ role: 'user', parts: partsOf(question) }]),
  kindOf,
};

/** What an answer has, put together of all its pieces. */
interface Said {
  readonly parts: Part[];
  finishReason: string | undefined;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
}

async function converse(endpoint: Endpoint, question: Question, contents: Content[]): Promise<Answer> {
  const client = new GoogleGenAI({
    apiKey: endpoint.apiKey,
    httpOptions: { baseUrl: endpoint.url, retryOptions: { attempts: 1 } },
  });
  const asked = { model: question.model, contents, config: configOf(question) };
  const said: Said = { parts: [], finishReason: undefined, inputTokens: undefined, outputTokens: undefined };
  if (question.stream) {
    for await (const piece of await client.models.generateContentStream(asked)) {
      add(said, piece);
      for (const { text, thought } of piece.candidates?.[0]?.content?.parts ?? []) {
        if (text !== undefined && text !== '' && thought !== true) question.onText?.(text);
      }
    }
  } else add(said, await client.models.generateContent(asked));
  const calls = said.parts.flatMap(({ functionCall }) => functionCall ?? []);
  return {
    text: said.parts.map(({ text = '', thought }) => (thought === true ? '' : text)).join(''),
    thoughts: said.parts.map(({ text = '', thought }) => (thought === true ? text : '')).join(''),
    calls: calls.map(({ id = '', name = '', args }) => ({ id, name, input: args })),
    stop: calls.length > 0 ? 'tool' : (stops[said.finishReason ?? ''] ?? 'other'),
    inputTokens: said.inputTokens,
    outputTokens: said.outputTokens,
    giveResult: (result) =>
      converse(endpoint, question, [
        ...contents,
        { role: 'model', parts: said.parts },
        { role: 'user', parts: calls.map((call) => resultOf(call, result)) },
      ]),
  };
}

const stops: Readonly<Record<string, Answer['stop']>> = { STOP: 'stop', MAX_TOKENS: 'length' };

function add(said: Said, { candidates, usageMetadata }: Awaited<ReturnType<GoogleGenAI['models']['generateContent']>>) {
  const [candidate] = candidates ?? [];
  said.parts.push(...(candidate?.content?.parts ?? []));
  said.finishReason = candidate?.finishReason ?? said.finishReason;
  if (usageMetadata?.promptTokenCount === undefined) return;
  said.inputTokens = usageMetadata.promptTokenCount;
  said.outputTokens = (usageMetadata.candidatesTokenCount ?? 0) + (usageMetadata.thoughtsTokenCount ?? 0);
}

function resultOf({ id, name }: FunctionCall, output: string): Part {
  return {
    functionResponse: {
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      response: { output },
    },
  };
}

function configOf({ tool, schema, thinks, signal }: Question) {
  return {
    maxOutputTokens: OUTPUT_TOKENS,
    ...(tool === undefined
      ? {}
      : {
          tools: [
            {
              functionDeclarations: [
                { name: tool.name, description: tool.description, parametersJsonSchema: tool.schema },
              ],
            },
          ],
        }),
    ...(schema === undefined ? {} : { responseMimeType: 'application/json', responseJsonSchema: schema }),
    ...(thinks === true ? { thinkingConfig: { includeThoughts: true, thinkingBudget: THINKING_TOKENS } } : {}),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  };
}

function partsOf({ text, image }: Question): Part[] {
  if (image === undefined) return [{ text }];
  return [{ inlineData: { mimeType: 'image/png', data: image.slice(image.indexOf(',') + 1) } }, { text }];
}

const kinds: Readonly<Record<number, ErrorKind>> = {
  400: 'bad-request',
  401: 'authentication',
  403: 'permission',
  404: 'not-found',
  429: 'rate-limit',
};

function kindOf(error: unknown): ErrorKind {
  if (error instanceof ApiError) return kinds[error.status] ?? (error.status >= 500 ? 'server' : 'other');
  return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'other';
}
