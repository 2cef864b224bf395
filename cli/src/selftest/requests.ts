import type { ErrorCode } from '#errors/error-table.ts';
import type { JsonObject } from '#kernel/json.ts';
import { type CompletionAnswer, errorOf, messagesOf, usageOf } from './ask-completion.ts';

/** Enough for a few words and for a call of the tool; what a model says beyond is not read. */
export const OUTPUT_TOKENS_MAX = 64;
/** No request here has a longer prompt: their bodies have under 500 bytes, and providers add some 350 tokens to explain tools. */
export const PROMPT_TOKENS_MAX = 1_000;

/** A request that is to be answered, and what is wrong with an answer to it. */
export interface GoodRequest {
  readonly name: string;
  readonly body: (model: string) => JsonObject;
  readonly problem: (answer: CompletionAnswer) => string | undefined;
}

const TOOL = 'report_number';
const plain = (model: string, text: string): JsonObject => ({
  model,
  messages: [{ role: 'user', content: text }],
  max_tokens: OUTPUT_TOKENS_MAX,
});

/** Each kind of answer that a client can ask for. */
export const goodRequests: readonly GoodRequest[] = [
  {
    name: 'whole request',
    body: (model) => plain(model, 'Say "ok".'),
    problem: (answer) => (messagesOf(answer).length === 1 ? undefined : 'the answer has no message'),
  },
  {
    name: 'streamed request',
    body: (model) => ({ ...plain(model, 'Count to three.'), stream: true, stream_options: { include_usage: true } }),
    problem: (answer) => {
      if (!answer.isDone) return 'the stream did not end with [DONE]';
      return messagesOf(answer).length > 0 ? undefined : 'the stream has no piece of a message';
    },
  },
  {
    name: 'request with a tool',
    body: (model) => ({
      ...plain(model, 'Report the number 7 with the tool.'),
      tool_choice: 'required',
      tools: [
        {
          type: 'function',
          function: {
            name: TOOL,
            description: 'Reports a number.',
            parameters: { type: 'object', properties: { number: { type: 'integer' } }, required: ['number'] },
          },
        },
      ],
    }),
    problem: (answer) =>
      JSON.stringify(messagesOf(answer).map((message) => message['tool_calls'] ?? [])).includes(`"${TOOL}"`)
        ? undefined
        : `the model did not call the tool ${TOOL}`,
  },
];

/** What any answer to a good request must have. */
export function answerProblem(answer: CompletionAnswer, request: GoodRequest): string | undefined {
  const { status, requestId } = answer;
  if (status !== 200) return `answered ${status} ${errorOf(answer).code}: ${errorOf(answer).message}`;
  if (requestId === '') return 'the answer has no x-request-id';
  if (usageOf(answer) === undefined) return 'the answer has no usage';
  return request.problem(answer);
}

/** What a refusal must be. */
export function refusalProblem(
  answer: CompletionAnswer,
  expected: { readonly status: number; readonly code: ErrorCode; readonly names?: string },
): string | undefined {
  const { code, message } = errorOf(answer);
  if (answer.status !== expected.status || code !== expected.code) {
    return `answered ${answer.status} ${code || '(no code)'}, expected ${expected.status} ${expected.code}`;
  }
  const { names = '' } = expected;
  return message.includes(names) ? undefined : `the refusal does not name ${names}: ${message}`;
}
