import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import {
  APICallError,
  generateText,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  Output,
  streamText,
  type ToolSet,
  tool,
} from 'ai';
import type { Answer, Endpoint, ErrorKind, Question, Sdk, SpokenFormat } from './sdk.ts';

const THINKING_TOKENS = 1_024;

/** It warns of every model that its table does not list. */
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;

type Connect = (endpoint: Endpoint, model: string) => LanguageModel;

function openAi({ url, apiKey }: Endpoint) {
  return createOpenAI({ baseURL: `${url}/v1`, apiKey });
}

export const aiSdkChat = sdkOf('ai with @ai-sdk/openai, chat', 'openai-chat', (endpoint, model) =>
  openAi(endpoint).chat(model),
);

export const aiSdkResponses = sdkOf('ai with @ai-sdk/openai, responses', 'openai-responses', (endpoint, model) =>
  openAi(endpoint).responses(model),
);

export const aiSdkAnthropic = sdkOf('ai with @ai-sdk/anthropic', 'anthropic-messages', ({ url, apiKey }, model) =>
  createAnthropic({ baseURL: `${url}/v1`, apiKey })(model),
);

function sdkOf(name: string, speaks: SpokenFormat, connect: Connect): Sdk {
  return {
    name,
    speaks,
    ask: (endpoint, question) =>
      converse(connect(endpoint, question.model), question, [{ role: 'user', content: contentOf(question) }]),
    kindOf,
  };
}

async function converse(model: LanguageModel, question: Question, messages: ModelMessage[]): Promise<Answer> {
  const settings = { ...settingsOf(question), model, messages };
  const result = question.stream ? await streamed(settings, question) : await generateText(settings);
  const calls = result.toolCalls.map(({ toolCallId, toolName, input }) => ({ id: toolCallId, name: toolName, input }));
  return {
    text: result.text,
    thoughts: result.reasoningText ?? '',
    calls,
    stop: stops[result.finishReason] ?? 'other',
    inputTokens: result.usage.inputTokens,
    outputTokens: result.usage.outputTokens,
    giveResult: (value) =>
      converse(model, question, [
        ...messages,
        ...result.responseMessages,
        {
          role: 'tool',
          content: calls.map(({ id, name }) => ({
            type: 'tool-result',
            toolCallId: id,
            toolName: name,
            output: { type: 'text', value },
          })),
        },
      ]),
  };
}

const stops: Readonly<Record<string, Answer['stop']>> = { stop: 'stop', 'tool-calls': 'tool', length: 'length' };

type Settings = Parameters<typeof generateText>[0];

async function streamed(settings: Settings, question: Question) {
  let failure: unknown;
  const result = streamText({
    ...settings,
    onError: ({ error }) => {
      failure ??= error;
    },
  } as Parameters<typeof streamText>[0]);
  for await (const part of result.textStream) question.onText?.(part);
  question.signal?.throwIfAborted();
  if (failure !== undefined) throw failure;
  const { text, reasoningText, toolCalls, finishReason, usage } = result;
  return {
    text: await text,
    reasoningText: await reasoningText,
    toolCalls: await toolCalls,
    finishReason: await finishReason,
    usage: await usage,
    responseMessages: (await result.response).messages,
  };
}

function settingsOf(question: Question) {
  const { tool: asked, schema, signal } = question;
  return {
    maxRetries: 0,
    ...(signal === undefined ? {} : { abortSignal: signal }),
    ...(asked === undefined
      ? {}
      : {
          tools: {
            [asked.name]: tool({ description: asked.description, inputSchema: jsonSchema(asked.schema) }),
          } as ToolSet,
        }),
    ...(schema === undefined ? {} : { output: Output.object({ schema: jsonSchema(schema) }) }),
    providerOptions: {
      openai: {
        store: false,
        // Else it takes a model of another name for one that does not think.
        forceReasoning: question.thinks === true,
        ...(question.thinks === true ? { reasoningEffort: 'medium', reasoningSummary: 'auto' } : {}),
      },
      anthropic: question.thinks === true ? { thinking: { type: 'enabled', budgetTokens: THINKING_TOKENS } } : {},
    },
  };
}

function contentOf({ text, image }: Question): Extract<ModelMessage, { role: 'user' }>['content'] {
  if (image === undefined) return text;
  return [
    { type: 'text', text },
    { type: 'file', mediaType: 'image/png', data: image },
  ];
}

const kindsByStatus: Readonly<Record<number, ErrorKind>> = {
  400: 'bad-request',
  401: 'authentication',
  403: 'permission',
  404: 'not-found',
  429: 'rate-limit',
};

function kindOf(error: unknown): ErrorKind {
  if (error instanceof Error && error.name === 'AbortError') return 'aborted';
  if (!APICallError.isInstance(error)) return 'other';
  const status = error.statusCode ?? 0;
  return kindsByStatus[status] ?? (status >= 500 ? 'server' : 'other');
}
