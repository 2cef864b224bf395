import type { AnswerPart } from '#ai/chat/answer-part.ts';
import type { AnswerContext, FormatName, FrontFormat, ProviderRules, Target } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { kindRows } from '#ai/providers/kind-rows.ts';
import type { JsonObject } from '#kernel/json.ts';

/** Formats that chat is spoken in from both sides. */
export const chatFormats = ['openai-chat', 'anthropic-messages', 'openai-responses'] as const;
export type ChatFormat = (typeof chatFormats)[number];

/** Pieces of text in the answer of a stream. */
export const DELTAS = 200;

/** Of the answer's text. */
const PIECES = [
  'The',
  ' order',
  ' left',
  ' the',
  ' warehouse',
  ' "East"',
  ' on Monday,',
  ' and',
  ' is due\n',
  ' soon.',
];

const end = { usage: { input: 1_000, output: DELTAS }, serviceTier: '' };

const prose =
  'You help customers of a shop that sells garden tools. Look up what is known of an order before you answer. ';

/** Some 4 KB: a conversation of 8 messages, with a tool that was called and another. */
const chatRequest = {
  model: 'gpt-5.6',
  stream: true,
  stream_options: { include_usage: true },
  temperature: 0.7,
  max_completion_tokens: 800,
  messages: [
    { role: 'system', content: prose.repeat(8) },
    {
      role: 'user',
      content: 'Where is my order "4711"?\nI have waited for two weeks, and nobody has told me anything.',
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'call_8fJk2LmQz0Rt',
          type: 'function',
          function: { name: 'find_order', arguments: '{"number":"4711","fields":["state","due"]}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'call_8fJk2LmQz0Rt', content: '{"state":"sent","due":"2026-12-01","weight":12.5}' },
    { role: 'assistant', content: 'It has been sent, and is due on the first of December. '.repeat(4) },
    { role: 'user', content: 'What can I do if it does not come until then? '.repeat(6) },
    { role: 'assistant', content: 'You can ask for your money back, or for another one. '.repeat(6) },
    { role: 'user', content: 'Then tell me in two sentences how I ask for my money, please. '.repeat(4) },
  ],
  tools: [
    tool('find_order', 'Finds an order by its number.', 'number'),
    tool('refund_order', 'Gives the money for an order back. Ask the customer first.', 'reason'),
  ],
};

function tool(name: string, description: string, required: string): JsonObject {
  const field = { type: 'string', description: 'As the customer has written it, without blanks.' };
  const properties = {
    number: field,
    reason: field,
    fields: { type: 'array', items: { type: 'string', enum: ['state', 'due', 'weight', 'price'] } },
  };
  const parameters = { type: 'object', properties, required: [required], additionalProperties: false };
  return { type: 'function', function: { name, description, parameters } };
}

/** Of a provider that speaks the format. */
export function rulesOf(name: FormatName): ProviderRules {
  return name === 'anthropic-messages' ? kindRows.anthropic : kindRows.openai;
}

export function targetOf(name: FormatName): Target {
  const model = name === 'anthropic-messages' ? 'claude-sonnet-4-20250514' : 'gpt-5.6';
  return { model, stream: true, outputTokensMax: 800, rules: rulesOf(name), dropsUnplaced: true };
}

/** A request as a client of the format sends it: the same one in each. */
export function requestOf(name: FormatName): Buffer {
  if (name === 'openai-chat') return Buffer.from(JSON.stringify(chatRequest));
  const prompt = chatRequest.messages.map(({ content }) => content).join('\n');
  if (name === 'openai-completions') return Buffer.from(JSON.stringify({ model: 'gpt-5.6', prompt, max_tokens: 800 }));
  if (name === 'openai-embeddings') return Buffer.from(JSON.stringify({ model: 'gpt-5.6', input: prompt.split('\n') }));
  const canonical = formatTable['openai-chat'].server.decode?.(chatRequest);
  const encoded = canonical && formatTable[name].client.encode?.(canonical, targetOf(name));
  if (!encoded) throw new Error(`${name} cannot be spoken`);
  return Buffer.from(encoded.body);
}

export function contextOf(body: JsonObject): AnswerContext {
  return { model: 'gpt-5.6', requestId: '019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6071', body, nowS: 1_764_300_000 };
}

const parts: readonly AnswerPart[] = [
  { type: 'start', id: 'a1', model: 'gpt-5.6', createdAtS: 1_764_300_000 },
  ...Array.from({ length: DELTAS }, (_, at): AnswerPart => {
    return { type: 'text-delta', choice: 0, text: PIECES[at % PIECES.length] ?? '' };
  }),
  { type: 'finish', choice: 0, reason: 'stop' },
];

/** The events of a provider's answer, each as one piece of bytes. */
export function streamOf({ name, server }: FrontFormat): readonly Buffer[] {
  const writer = server.openWriter?.(contextOf(JSON.parse(requestOf(name).toString()) as JsonObject));
  if (writer === undefined) throw new Error(`${name} writes no streams`);
  const texts = [...parts.map((part) => writer.write(part)), writer.close(end)];
  return texts.filter((text) => text !== '').map((text) => Buffer.from(text));
}

/** A provider's answer as a document, in pieces as a connection gives them. */
export function documentOf({ name, server }: FrontFormat): readonly Buffer[] {
  const text = server.writeAnswer?.(parts, end, contextOf(JSON.parse(requestOf(name).toString()) as JsonObject));
  if (text === undefined) throw new Error(`${name} writes no documents`);
  const bytes = Buffer.from(text);
  const half = bytes.length >> 1;
  return [bytes.subarray(0, half), bytes.subarray(half)];
}
