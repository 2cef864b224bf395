import type { FormatName } from '#ai/format.ts';
import { model } from '../testing.ts';

const messages = [{ role: 'user', content: 'Say hello.' }];

/** A request of each format that is good. */
export const questions: Readonly<Record<FormatName, Readonly<Record<string, unknown>>>> = {
  'openai-chat': { model: model.id, messages },
  'openai-completions': { model: model.id, prompt: 'Say hello.', max_tokens: 16 },
  'openai-embeddings': { model: model.id, input: ['Say hello.'] },
  'openai-responses': { model: model.id, input: 'Say hello.' },
  'anthropic-messages': { model: model.id, max_tokens: 16, messages },
};

/** The events by which a stream of each format ends. */
export const streamEnds: Readonly<Partial<Record<FormatName, string>>> = {
  'openai-chat': 'data: [DONE]\n\n',
  'openai-completions': 'data: [DONE]\n\n',
  'openai-responses': 'event: response.completed\ndata: {"type":"response.completed"}\n\n',
  'anthropic-messages': 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
};
