import assert from 'node:assert/strict';
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
  'gemini-generate': { contents: [{ role: 'user', parts: [{ text: 'Say hello.' }] }] },
};

/** The events by which a stream of each format ends; one that is not here is never streamed. */
export const streamEnds: Readonly<Partial<Record<FormatName, string>>> = {
  'openai-chat': 'data: [DONE]\n\n',
  'openai-completions': 'data: [DONE]\n\n',
  'openai-responses': 'event: response.completed\ndata: {"type":"response.completed"}\n\n',
  'anthropic-messages': 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
};

/** Checks that an answer is an error in the form of its path's API, with its id. Gives its message. */
export async function assertErrorOf(path: string, response: Response, status: number): Promise<string> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const id = response.headers.get('x-request-id') ?? '';
  assert.match(id, /^[0-9a-f-]{36}$/);
  const document = JSON.parse(text) as { type?: string; error: { type: string; message: string }; request_id?: string };
  assert.equal(typeof document.error.type, 'string');
  assert.notEqual(document.error.message, '');
  if (path.startsWith('/v1/messages')) {
    assert.deepEqual([document.type, document.request_id], ['error', id]);
    assert.match(document.error.type, /_error$|^request_too_large$/);
    assert.equal(response.headers.get('request-id'), id);
  } else {
    assert.deepEqual(Object.keys(document), ['error']);
    assert.ok('code' in document.error && 'param' in document.error);
  }
  return document.error.message;
}
