import OpenAI from 'openai';
import type { Response, ResponseCreateParamsNonStreaming, ResponseInput } from 'openai/resources/responses/responses';
import { kindOfOpenAiError } from './openai-errors.ts';
import type { Answer, Endpoint, Question, Sdk } from './sdk.ts';

export const openAiResponses: Sdk = {
  name: 'openai, responses',
  speaks: 'openai-responses',
  ask: (endpoint, question) => converse(endpoint, question, inputOf(question)),
  kindOf: kindOfOpenAiError,
};

async function converse(endpoint: Endpoint, question: Question, input: ResponseInput): Promise<Answer> {
  const client = new OpenAI({ apiKey: endpoint.apiKey, baseURL: `${endpoint.url}/v1`, maxRetries: 0 });
  const options = question.signal === undefined ? {} : { signal: question.signal };
  const body = { ...bodyOf(question), input };
  const response = question.stream
    ? await streamed(client, body, question, options)
    : await client.responses.create(body, options);
  // The SDK does not throw for a response that failed: its user looks at the status.
  if (response.status === 'failed') throw new Error(`the response failed: ${response.error?.message}`);
  const calls = response.output.filter((item) => item.type === 'function_call');
  const thoughts = response.output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  return {
    text: response.output_text,
    thoughts: thoughts.map(({ text }) => text).join(''),
    calls: calls.map((call) => ({ id: call.call_id, name: call.name, input: JSON.parse(call.arguments) })),
    stop: stopOf(response, calls.length > 0),
    inputTokens: response.usage?.input_tokens,
    outputTokens: response.usage?.output_tokens,
    giveResult: (output) =>
      converse(endpoint, question, [
        ...input,
        // The SDK adds what it has parsed to the items of a stream, which the API does not take back.
        ...(JSON.parse(JSON.stringify(response.output), withoutParsed) as ResponseInput),
        ...calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output })),
      ]),
  };
}

function stopOf({ status, incomplete_details }: Response, hasCalls: boolean): Answer['stop'] {
  if (incomplete_details?.reason === 'max_output_tokens') return 'length';
  if (status !== 'completed') return 'other';
  return hasCalls ? 'tool' : 'stop';
}

async function streamed(
  client: OpenAI,
  body: ResponseCreateParamsNonStreaming,
  question: Question,
  options: { signal?: AbortSignal },
): Promise<Response> {
  const stream = client.responses.stream({ ...body, stream: true }, options);
  stream.on('response.output_text.delta', ({ delta }) => question.onText?.(delta));
  return stream.finalResponse();
}

function bodyOf(question: Question): Omit<ResponseCreateParamsNonStreaming, 'input'> {
  const { tool, schema } = question;
  return {
    model: question.model,
    store: false,
    ...(tool === undefined
      ? {}
      : {
          tools: [
            { type: 'function', name: tool.name, description: tool.description, parameters: tool.schema, strict: true },
          ],
        }),
    ...(schema === undefined
      ? {}
      : { text: { format: { type: 'json_schema', name: 'document', strict: true, schema } } }),
    ...(question.thinks === true
      ? { reasoning: { effort: 'medium', summary: 'auto' }, include: ['reasoning.encrypted_content'] }
      : {}),
  };
}

function inputOf({ text, image }: Question): ResponseInput {
  if (image === undefined) return [{ role: 'user', content: text }];
  return [
    {
      role: 'user',
      content: [
        { type: 'input_text', text },
        { type: 'input_image', image_url: image, detail: 'auto' },
      ],
    },
  ];
}

function withoutParsed(name: string, value: unknown): unknown {
  return name === 'parsed' || name === 'parsed_arguments' ? undefined : value;
}
