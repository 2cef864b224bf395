import OpenAI from 'openai';
import { kindOfOpenAiError } from './openai-errors.ts';
import type { Answer, Endpoint, Question, Sdk } from './sdk.ts';

type Messages = OpenAI.ChatCompletionMessageParam[];

export const openAiChat: Sdk = {
  name: 'openai, chat completions',
  speaks: 'openai-chat',
  ask: (endpoint, question) => converse(endpoint, question, [{ role: 'user', content: contentOf(question) }]),
  kindOf: kindOfOpenAiError,
};

async function converse(endpoint: Endpoint, question: Question, messages: Messages): Promise<Answer> {
  const client = new OpenAI({ apiKey: endpoint.apiKey, baseURL: `${endpoint.url}/v1`, maxRetries: 0 });
  const options = question.signal === undefined ? {} : { signal: question.signal };
  const body = { ...bodyOf(question), messages };
  const completion = question.stream
    ? await streamed(client, body, question, options)
    : await client.chat.completions.create(body, options);
  const [choice] = completion.choices;
  if (choice === undefined) throw new Error('the completion has no choice');
  const { message } = choice;
  const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function');
  return {
    text: message.content ?? '',
    // The SDK knows of none in this API.
    thoughts: '',
    calls: calls.map(({ id, function: called }) => ({ id, name: called.name, input: JSON.parse(called.arguments) })),
    stop: stops[choice.finish_reason] ?? 'other',
    inputTokens: completion.usage?.prompt_tokens,
    outputTokens: completion.usage?.completion_tokens,
    giveResult: (result) =>
      converse(endpoint, question, [
        ...messages,
        message,
        ...calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: result })),
      ]),
  };
}

const stops: Readonly<Record<string, Answer['stop']>> = { stop: 'stop', tool_calls: 'tool', length: 'length' };

async function streamed(
  client: OpenAI,
  body: OpenAI.ChatCompletionCreateParamsNonStreaming,
  question: Question,
  options: { signal?: AbortSignal },
): Promise<OpenAI.ChatCompletion> {
  const stream = client.chat.completions.stream(
    { ...body, stream: true, stream_options: { include_usage: true } },
    options,
  );
  if (question.onText !== undefined) stream.on('content', question.onText);
  return stream.finalChatCompletion();
}

function bodyOf(question: Question): Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'messages'> {
  const { tool, schema } = question;
  return {
    model: question.model,
    ...(tool === undefined
      ? {}
      : {
          tools: [
            {
              type: 'function',
              function: { name: tool.name, description: tool.description, parameters: tool.schema, strict: true },
            },
          ],
        }),
    ...(schema === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name: 'document', strict: true, schema } } }),
    ...(question.thinks === true ? { reasoning_effort: 'medium' } : {}),
  };
}

function contentOf({ text, image }: Question): string | OpenAI.ChatCompletionContentPart[] {
  if (image === undefined) return text;
  return [
    { type: 'text', text },
    { type: 'image_url', image_url: { url: image } },
  ];
}
