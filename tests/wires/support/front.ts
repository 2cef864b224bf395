import type { Told } from './wire-world.ts';

type Fields = Readonly<Record<string, unknown>>;

/** How a client of one endpoint asks, and what it reads of an answer. */
export interface Front {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The wire format behind which the client's bytes pass as they are. */
  readonly format: string;
  readonly ask: Fields;
  /** null: the endpoint has no tools. */
  readonly tools: Fields | null;
  readonly text: (told: Told) => string;
  readonly call: (told: Told) => { readonly name: string; readonly input: string } | undefined;
  readonly usage: (told: Told) => readonly [input: unknown, output: unknown];
  /** Whether a stream ended as its clients expect. */
  readonly isWhole: (told: Told) => boolean;
  readonly errorWords: (told: Told) => string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: documents of four formats, read by tests that fail where they are others.
type Any = any;

const schema = { type: 'object', properties: { id: { type: 'integer' } } };
const prompt = [{ role: 'user', content: 'Hello there' }];
const openAiError = (told: Told): string | undefined => (told.document as Any).error?.message;

const chat: Front = {
  path: '/v1/chat/completions',
  format: 'openai-chat',
  ask: { messages: prompt, max_tokens: 200, stream_options: { include_usage: true } },
  tools: { tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] },
  text: ({ document, events }) =>
    (document as Any).choices?.[0]?.message.content ??
    events.map((each: Any) => each.choices?.[0]?.delta?.content ?? '').join(''),
  call({ document, events }) {
    const calls =
      (document as Any).choices?.[0]?.message.tool_calls ??
      events.flatMap((each: Any) => each.choices?.[0]?.delta?.tool_calls ?? []);
    return calls.length === 0
      ? undefined
      : { name: calls[0].function.name, input: calls.map((each: Any) => each.function?.arguments ?? '').join('') };
  },
  usage({ document, events }) {
    const usage = (document as Any).usage ?? (events.at(-1) as Any)?.usage;
    return [usage?.prompt_tokens, usage?.completion_tokens];
  },
  isWhole: ({ isDone }) => isDone,
  errorWords: openAiError,
};

const completions: Front = {
  path: '/v1/completions',
  format: 'openai-completions',
  ask: { prompt: 'Hello there', max_tokens: 200, stream_options: { include_usage: true } },
  tools: null,
  text: ({ document, events }) =>
    (document as Any).choices?.[0]?.text ?? events.map((each: Any) => each.choices?.[0]?.text ?? '').join(''),
  call: () => undefined,
  usage: chat.usage,
  isWhole: ({ isDone }) => isDone,
  errorWords: openAiError,
};

const responses: Front = {
  path: '/v1/responses',
  format: 'openai-responses',
  ask: { input: 'Hello there', max_output_tokens: 200, store: false },
  tools: { tools: [{ type: 'function', name: 'f', parameters: schema, strict: false }] },
  text({ document, events }) {
    const items = (document as Any).output ?? (events.at(-1) as Any)?.response?.output ?? [];
    return items
      .flatMap((item: Any) => item.content ?? [])
      .map((part: Any) => part.text ?? '')
      .join('');
  },
  call({ document, events }) {
    const items = (document as Any).output ?? (events.at(-1) as Any)?.response?.output ?? [];
    const call = items.find((item: Any) => item.type === 'function_call');
    return call && { name: call.name, input: call.arguments };
  },
  usage({ document, events }) {
    const usage = (document as Any).usage ?? (events.at(-1) as Any)?.response?.usage;
    return [usage?.input_tokens, usage?.output_tokens];
  },
  isWhole: ({ events }) => (events.at(-1) as Any)?.type === 'response.completed',
  errorWords: openAiError,
};

const messages: Front = {
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  format: 'anthropic-messages',
  ask: { messages: prompt, max_tokens: 200 },
  tools: { tools: [{ name: 'f', input_schema: schema }] },
  text: ({ document, events }) =>
    (document as Any).content?.map((block: Any) => block.text ?? '').join('') ??
    events.map((each: Any) => (each.delta?.type === 'text_delta' ? each.delta.text : '')).join(''),
  call({ document, events }) {
    const whole = (document as Any).content?.find((block: Any) => block.type === 'tool_use');
    if (whole) return { name: whole.name, input: JSON.stringify(whole.input) };
    const start = events.find((each: Any) => each.content_block?.type === 'tool_use') as Any;
    return (
      start && {
        name: start.content_block.name,
        input: events.map((each: Any) => each.delta?.partial_json ?? '').join(''),
      }
    );
  },
  usage({ document, events }) {
    const start = (events[0] as Any)?.message?.usage ?? {};
    const delta = (events.find((each: Any) => each.type === 'message_delta') as Any)?.usage ?? {};
    const usage = (document as Any).usage ?? { ...start, ...delta };
    return [usage.input_tokens, usage.output_tokens];
  },
  isWhole: ({ events }) => (events.at(-1) as Any)?.type === 'message_stop',
  errorWords: ({ document }) => ((document as Any).type === 'error' ? (document as Any).error?.message : undefined),
};

export const fronts: readonly Front[] = [chat, completions, responses, messages];
