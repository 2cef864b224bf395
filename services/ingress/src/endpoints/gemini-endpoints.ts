import type { Addressed } from '#ai/format.ts';
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

/** `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent`. The model stands in the URL, not in the body. */
export const geminiEndpoints: readonly ModelEndpoint[] = (
  ['generateContent', 'streamGenerateContent'] as const
).flatMap((call) =>
  geminiPatterns(call).map((path) => ({
    path,
    format: formatTable['gemini-generate'],
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
  return { model: modelInGeminiUrl(pathname), isStream };
}
