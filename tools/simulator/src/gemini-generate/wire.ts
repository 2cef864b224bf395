import { RequestProblem } from '../request-problem.ts';
import type { Wire } from '../wire.ts';
import { geminiBody } from './completion.ts';
import { geminiErrorBody } from './error-body.ts';
import { type Addressed, readGeminiPrompt } from './prompt.ts';
import { geminiStreamFrames } from './stream.ts';

/** Of the beta and of the stable version; at Vertex AI below the publisher, in a project or, with a key, in none. */
const modelsPath =
  /^\/v1(?:beta1?)?\/(?:(?<project>projects\/[^/]+\/locations\/[^/]+\/)?publishers\/google\/)?models\//;

/** What a path of Gemini's API asks for; undefined: it is none. */
export interface GeminiCall extends Addressed {
  readonly method: 'generate' | 'count' | 'embed' | 'batch-embed';
  /** It is below a project of Vertex AI's, which wants an access token. */
  readonly isInProject: boolean;
}

export function geminiCallOf(path: string): GeminiCall | undefined {
  const found = modelsPath.exec(path);
  const at = path.lastIndexOf(':');
  if (found === null || at === -1) return undefined;
  const isInProject = found.groups?.['project'] !== undefined;
  const said = { model: decodeURIComponent(path.slice(found[0].length, at)), isInProject, stream: false };
  switch (path.slice(at)) {
    case ':generateContent':
      return { ...said, method: 'generate' };
    case ':streamGenerateContent':
      return { ...said, stream: true, method: 'generate' };
    case ':countTokens':
      return { ...said, method: 'count' };
    case ':embedContent':
      return { ...said, method: 'embed' };
    case ':batchEmbedContents':
      return { ...said, method: 'batch-embed' };
    default:
      return undefined;
  }
}

/** How Google's formats are asked and how they fail, wherever their models are. */
export type GeminiDoor = Pick<Wire, 'requestIdHeader' | 'refuseHeaders' | 'errorBody'>;

/** The Gemini API's own: any key is a good one. */
export const geminiDoor: GeminiDoor = {
  requestIdHeader: 'x-goog-request-id',
  refuseHeaders(headers) {
    const given = [headers['x-goog-api-key'], headers.authorization].filter(
      (each) => each !== undefined && each !== '',
    );
    if (given.length === 1) return undefined;
    return given.length > 1
      ? new RequestProblem(400, 'Multiple authentication credentials received. Please pass only one.')
      : new RequestProblem(403, "Method doesn't allow unregistered callers. Please use API Key.");
  },
  errorBody: geminiErrorBody,
};

/** Google's Gemini. The model, and whether it is a stream, stand in the URL. */
export function geminiWire(addressed: Addressed, door: GeminiDoor): Wire {
  return {
    ...door,
    name: 'gemini-generate',
    longCacheUnit: 'cache_write_1h',
    readPrompt: (body) => readGeminiPrompt(body, addressed),
    completionBody: geminiBody,
    streamFrames: geminiStreamFrames,
  };
}
