import { RequestProblem } from '../request-problem.ts';
import type { Wire } from '../wire.ts';
import { geminiBody } from './completion.ts';
import { geminiErrorBody } from './error-body.ts';
import { type Addressed, readGeminiPrompt } from './prompt.ts';
import { geminiStreamFrames } from './stream.ts';

/** Of the beta and of the stable version. */
const modelsPath = /^\/v1(?:beta)?\/models\//;

/** What a path of Gemini's API asks for; undefined: it is none. */
export interface GeminiCall extends Addressed {
  readonly method: 'generate' | 'count';
}

export function geminiCallOf(path: string): GeminiCall | undefined {
  const prefix = modelsPath.exec(path)?.[0];
  const at = path.lastIndexOf(':');
  if (prefix === undefined || at === -1) return undefined;
  const model = decodeURIComponent(path.slice(prefix.length, at));
  switch (path.slice(at)) {
    case ':generateContent':
      return { model, stream: false, method: 'generate' };
    case ':streamGenerateContent':
      return { model, stream: true, method: 'generate' };
    case ':countTokens':
      return { model, stream: false, method: 'count' };
    default:
      return undefined;
  }
}

/** Google's Gemini API. The model, and whether it is a stream, stand in the URL. Any key is a good one. */
export function geminiWire(addressed: Addressed): Wire {
  return {
    name: 'gemini-generate',
    requestIdHeader: 'x-goog-request-id',
    longCacheUnit: 'cache_write_1h',
    refuseHeaders(headers) {
      const given = [headers['x-goog-api-key'], headers.authorization].filter(
        (each) => each !== undefined && each !== '',
      );
      if (given.length === 1) return undefined;
      return given.length > 1
        ? new RequestProblem(400, 'Multiple authentication credentials received. Please pass only one.')
        : new RequestProblem(403, "Method doesn't allow unregistered callers. Please use API Key.");
    },
    readPrompt: (body) => readGeminiPrompt(body, addressed),
    errorBody: geminiErrorBody,
    completionBody: geminiBody,
    streamFrames: geminiStreamFrames,
  };
}
