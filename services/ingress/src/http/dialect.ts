import type { IncomingMessage } from 'node:http';
import { isGeminiUrl } from './gemini-url.ts';

/** Whose customs a client expects beside the format of its bodies: where its key stands, and what headers tell it. */
export type Dialect = 'openai' | 'anthropic' | 'google';

const MESSAGES_URL = '/v1/messages';
const MODELS_URL = '/v1/models';

/** `/v1/models` is in all APIs: only Anthropic's clients say a version, and only Google's have their key in a header of its own. */
export function dialectOf({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): Dialect {
  if (isUnder(url, MESSAGES_URL)) return 'anthropic';
  if (isGeminiUrl(url)) return 'google';
  if (!isUnder(url, MODELS_URL)) return 'openai';
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  return headers['x-goog-api-key'] === undefined ? 'openai' : 'google';
}

/** Whether a URL is this path, or one below it. */
export function isUnder(url: string, path: string): boolean {
  if (!url.startsWith(path)) return false;
  const next = url[path.length];
  return next === undefined || next === '/' || next === '?';
}
