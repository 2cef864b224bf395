import assert from 'node:assert/strict';
import type { FrontFormatName } from '#ai/format.ts';
import { model } from '../testing.ts';

const messages = [{ role: 'user', content: 'Say hello.' }];

/** A request of each format that is good. */
export const questions: Readonly<Record<FrontFormatName, Readonly<Record<string, unknown>>>> = {
  'openai-chat': { model: model.id, messages },
  'openai-completions': { model: model.id, prompt: 'Say hello.', max_tokens: 16 },
  'openai-embeddings': { model: model.id, input: ['Say hello.'] },
  'openai-responses': { model: model.id, input: 'Say hello.' },
  'openai-compact': { model: model.id, input: 'Say hello.' },
  'anthropic-messages': { model: model.id, max_tokens: 16, messages },
  'gemini-generate': { contents: [{ role: 'user', parts: [{ text: 'Say hello.' }] }] },
  'gemini-embeddings': { content: { parts: [{ text: 'Say hello.' }] } },
};

/** A good request at a path: Google's clients have a call for several at once. */
export function questionAt(path: string, format: FrontFormatName): Readonly<Record<string, unknown>> {
  const question = questions[format];
  return path.endsWith(':batchEmbedContents') ? { requests: [question] } : question;
}

/** The path of an endpoint as clients write it: Express' form may name the model, and a stream is asked for as events. */
export function urlOf(path: string, modelId = model.id): string {
  const url = path.replace('*model\\', modelId);
  return url.endsWith(':streamGenerateContent') ? `${url}?alt=sse` : url;
}

/** The events by which a stream of each format ends; one that is not here is never streamed. */
export const streamEnds: Readonly<Partial<Record<FrontFormatName, string>>> = {
  'openai-chat': 'data: [DONE]\n\n',
  'openai-completions': 'data: [DONE]\n\n',
  'openai-responses': 'event: response.completed\ndata: {"type":"response.completed"}\n\n',
  'anthropic-messages': 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
};

interface ErrorDocument {
  readonly type?: string;
  readonly error: {
    readonly type?: string;
    readonly message: string;
    readonly code?: unknown;
    readonly status?: string;
  };
  readonly request_id?: string;
}

/** Checks that an answer is an error in the form of its path's API, with its id. Gives its message. */
export async function assertErrorOf(path: string, response: Response, status: number): Promise<string> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const id = response.headers.get('x-request-id') ?? '';
  assert.match(id, /^[0-9a-f-]{36}$/);
  const document = JSON.parse(text) as ErrorDocument;
  assert.notEqual(document.error.message, '');
  if (/models\/.+:/.test(path)) {
    assert.deepEqual([Object.keys(document), document.error.code], [['error'], status]);
    assert.match(document.error.status ?? '', /^[A-Z_]+$/);
    return document.error.message;
  }
  assert.equal(typeof document.error.type, 'string');
  if (path.startsWith('/v1/messages')) {
    assert.deepEqual([document.type, document.request_id], ['error', id]);
    assert.match(document.error.type ?? '', /_error$|^request_too_large$/);
    assert.equal(response.headers.get('request-id'), id);
  } else {
    assert.deepEqual(Object.keys(document), ['error']);
    assert.ok('code' in document.error && 'param' in document.error);
  }
  return document.error.message;
}
