/** Where Google's clients find models. Its newest SDK says `v1`, those before it `v1beta`; the calls are the same. */
export const geminiModelsPaths = ['/v1beta/models', '/v1/models'] as const;

/** What a client asks of a model by the end of the URL. */
export const geminiChatCalls = ['generateContent', 'streamGenerateContent', 'countTokens'] as const;

/** The same of a model that makes vectors. */
export const geminiVectorCalls = ['embedContent', 'batchEmbedContents'] as const;

const geminiCalls = [...geminiChatCalls, ...geminiVectorCalls] as const;

export type GeminiCall = (typeof geminiCalls)[number];

const calls = new RegExp(`^/v1(?:beta)?/models/[^?]*:(?:${geminiCalls.join('|')})(?:\\?|$)`);

/** Whether a URL is one of Google's API. `/v1beta` is nobody else's. */
export function isGeminiUrl(url: string): boolean {
  return url.startsWith('/v1beta/') || (url.startsWith('/v1/models/') && calls.test(url));
}

/** The model of a call's URL. Throws a URIError where it is not correctly encoded. */
export function modelInGeminiUrl(pathname: string): string {
  const prefix = geminiModelsPaths.find((path) => pathname.startsWith(`${path}/`)) ?? '';
  return decodeURIComponent(pathname.slice(prefix.length + 1, pathname.lastIndexOf(':')));
}
