import type { Addressed, FrontFormatName } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { bodyBounds } from '../http/body-bounds.ts';
import { type GeminiCall, geminiModelsPaths, modelInGeminiUrl } from '../http/gemini-url.ts';
import type { ModelEndpoint } from './model-endpoint.ts';

/** Express' form of a call's paths: names of models may hold slashes. */
export function geminiPatterns(call: GeminiCall): readonly string[] {
  return geminiModelsPaths.map((path) => `${path}/*model\\:${call}`);
}

/** The calls that a model answers; their model stands in the URL, not in the body. */
const calls = [
  ['generateContent', 'gemini-generate'],
  ['streamGenerateContent', 'gemini-generate'],
  ['embedContent', 'gemini-embeddings'],
  ['batchEmbedContents', 'gemini-embeddings'],
] as const satisfies readonly (readonly [GeminiCall, FrontFormatName])[];

/** `POST /v1beta/models/{model}:…` of each call. */
export const geminiEndpoints: readonly ModelEndpoint[] = calls.flatMap(([call, format]) =>
  geminiPatterns(call).map((path) => ({
    path,
    format: formatTable[format],
    bounds: bodyBounds,
    // Google's SDKs read comments over, as every reader of events does.
    keepAlive: ': \n\n',
    keepsTurns: false,
    addressOf: (url: string) => addressOf(url, call),
  })),
);

/** What the URL of a call says. Throws a `Fault` for a stream that is not asked for as events. */
export function addressOf(url: string, call: GeminiCall): Addressed {
  const { pathname, searchParams } = new URL(url, 'http://gateway');
  const isStream = call === 'streamGenerateContent';
  if (isStream && searchParams.get('alt') !== 'sse') {
    throw new Fault(invalid("A stream is given as server-sent events: add '?alt=sse' to the URL.", 'alt'));
  }
  return { model: modelInGeminiUrl(pathname), isStream, isBatch: call === 'batchEmbedContents' };
}
