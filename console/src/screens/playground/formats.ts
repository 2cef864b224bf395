/** What is asked, whatever the format. */
export interface Asked {
  readonly model: string;
  readonly system: string;
  readonly prompt: string;
  readonly maxTokens: number;
}

/** How a wire format asks for a stream, and where its answer has the text. */
export interface PlaygroundFormat {
  readonly name: string;
  readonly title: string;
  readonly path: (asked: Asked) => string;
  /** The header that a key stands in, and what is before it. */
  readonly keyHeader: readonly [name: string, prefix: string];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: (asked: Asked) => Record<string, unknown>;
  /** The text that an event of the stream adds. */
  readonly textIn: (event: AnswerEvent) => string;
}

/** An event of any of the formats, as far as the page looks into it. */
export interface AnswerEvent {
  readonly type?: string;
  readonly delta?: string | { readonly text?: string };
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
  readonly candidates?: readonly { readonly content?: { readonly parts?: readonly { readonly text?: string }[] } }[];
}

const chat: PlaygroundFormat = {
  name: 'chat',
  title: 'OpenAI Chat Completions',
  path: () => '/v1/chat/completions',
  keyHeader: ['authorization', 'Bearer '],
  headers: {},
  body: ({ model, system, prompt, maxTokens }) => ({
    model,
    max_completion_tokens: maxTokens,
    messages: [...(system === '' ? [] : [{ role: 'system', content: system }]), { role: 'user', content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
  }),
  textIn: ({ choices }) => choices?.[0]?.delta?.content ?? '',
};

const responses: PlaygroundFormat = {
  name: 'responses',
  title: 'OpenAI Responses',
  path: () => '/v1/responses',
  keyHeader: ['authorization', 'Bearer '],
  headers: {},
  body: ({ model, system, prompt, maxTokens }) => ({
    model,
    ...(system === '' ? {} : { instructions: system }),
    input: prompt,
    max_output_tokens: maxTokens,
    store: false,
    stream: true,
  }),
  textIn: ({ type, delta }) => (type === 'response.output_text.delta' && typeof delta === 'string' ? delta : ''),
};

const messages: PlaygroundFormat = {
  name: 'messages',
  title: 'Anthropic Messages',
  path: () => '/v1/messages',
  keyHeader: ['x-api-key', ''],
  headers: { 'anthropic-version': '2023-06-01' },
  body: ({ model, system, prompt, maxTokens }) => ({
    model,
    max_tokens: maxTokens,
    ...(system === '' ? {} : { system }),
    messages: [{ role: 'user', content: prompt }],
    stream: true,
  }),
  textIn: ({ type, delta }) => (type === 'content_block_delta' && typeof delta === 'object' ? (delta.text ?? '') : ''),
};

const gemini: PlaygroundFormat = {
  name: 'gemini',
  title: 'Google Gemini',
  path: ({ model }) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
  keyHeader: ['x-goog-api-key', ''],
  headers: {},
  body: ({ system, prompt, maxTokens }) => ({
    ...(system === '' ? {} : { systemInstruction: { parts: [{ text: system }] } }),
    contents: [{ role: 'user', parts: [{ text: prompt }] }],
    generationConfig: { maxOutputTokens: maxTokens },
  }),
  textIn: ({ candidates }) => (candidates?.[0]?.content?.parts ?? []).map(({ text = '' }) => text).join(''),
};

export const playgroundFormats: readonly PlaygroundFormat[] = [chat, responses, messages, gemini];
