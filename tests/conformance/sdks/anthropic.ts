import Anthropic from '@anthropic-ai/sdk';
import AnthropicZero from 'anthropic-sdk-0';
import type { Answer, Endpoint, ErrorKind, Question, Sdk } from './sdk.ts';

const OUTPUT_TOKENS = 4_000;
const THINKING_TOKENS = 1_024;

/** The newest major speaks API version 2026-10-21 and sends its key as a bearer token. */
export const anthropicOne: Sdk = sdkOf('@anthropic-ai/sdk 1.x', Anthropic);

/** The major before speaks API version 2023-06-01 and sends `x-api-key`. What is used of the two here is the same. */
export const anthropicZero: Sdk = sdkOf('@anthropic-ai/sdk 0.x', AnthropicZero as unknown as typeof Anthropic);

function sdkOf(name: string, Client: typeof Anthropic): Sdk {
  return {
    name,
    speaks: 'anthropic-messages',
    ask: (endpoint, question) => converse(Client, endpoint, question, [{ role: 'user', content: contentOf(question) }]),
    kindOf: (error) => kindOf(Client, error),
  };
}

async function converse(
  Client: typeof Anthropic,
  endpoint: Endpoint,
  question: Question,
  messages: Anthropic.MessageParam[],
): Promise<Answer> {
  const client = new Client({ apiKey: endpoint.apiKey, baseURL: endpoint.url, maxRetries: 0 });
  const options = question.signal === undefined ? {} : { signal: question.signal };
  const body = { ...bodyOf(question), messages };
  const message = question.stream
    ? await streamed(client, body, question, options)
    : await client.messages.create(body, options);
  const calls = message.content.filter((block) => block.type === 'tool_use');
  return {
    text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    thoughts: message.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: calls.map(({ id, name, input }) => ({ id, name, input })),
    stop: stops[message.stop_reason ?? ''] ?? 'other',
    inputTokens: message.usage.input_tokens,
    outputTokens: message.usage.output_tokens,
    giveResult: (content) =>
      converse(Client, endpoint, question, [
        ...messages,
        { role: 'assistant', content: message.content },
        { role: 'user', content: calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content })) },
      ]),
  };
}

const stops: Readonly<Record<string, Answer['stop']>> = { end_turn: 'stop', tool_use: 'tool', max_tokens: 'length' };

async function streamed(
  client: Anthropic,
  body: Anthropic.MessageCreateParamsNonStreaming,
  question: Question,
  options: { signal?: AbortSignal },
): Promise<Anthropic.Message> {
  const stream = client.messages.stream({ ...body, stream: true }, options);
  if (question.onText !== undefined) stream.on('text', question.onText);
  return stream.finalMessage();
}

function bodyOf(question: Question): Omit<Anthropic.MessageCreateParamsNonStreaming, 'messages'> {
  const { tool, schema } = question;
  return {
    model: question.model,
    max_tokens: OUTPUT_TOKENS,
    ...(tool === undefined
      ? {}
      : { tools: [{ name: tool.name, description: tool.description, input_schema: tool.schema }] }),
    ...(schema === undefined ? {} : { output_config: { format: { type: 'json_schema', schema } } }),
    ...(question.thinks === true ? { thinking: { type: 'enabled', budget_tokens: THINKING_TOKENS } } : {}),
  };
}

function contentOf({ text, image }: Question): string | Anthropic.ContentBlockParam[] {
  if (image === undefined) return text;
  const data = image.slice(image.indexOf(',') + 1);
  return [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
    { type: 'text', text },
  ];
}

function kindOf(Client: typeof Anthropic, error: unknown): ErrorKind {
  const kinds: readonly (readonly [new (...given: never[]) => Error, ErrorKind])[] = [
    [Client.APIUserAbortError, 'aborted'],
    [Client.BadRequestError, 'bad-request'],
    [Client.AuthenticationError, 'authentication'],
    [Client.PermissionDeniedError, 'permission'],
    [Client.NotFoundError, 'not-found'],
    [Client.RateLimitError, 'rate-limit'],
    [Client.InternalServerError, 'server'],
  ];
  return kinds.find(([type]) => error instanceof type)?.[1] ?? 'other';
}
