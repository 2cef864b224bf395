import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import { Finding } from './steps.ts';

/** What the gateway answered to a completion, as any client sees it. */
export interface CompletionAnswer {
  readonly status: number;
  readonly requestId: string;
  /** Whole, or the chunks of a stream. */
  readonly documents: readonly JsonObject[];
  /** The stream has ended as a whole one does. */
  readonly isDone: boolean;
  readonly durationMs: number;
}

export interface CompletionClient {
  readonly url: string;
  readonly apiKey: string;
  readonly signal: AbortSignal;
}

/** A provider that thinks for long is not what is tested here. */
const ANSWER_TIMEOUT_MS = 60_000;
const DONE = '[DONE]';

/** Sends one completion. Throws a `Finding` where there is nobody to answer, or the answer cannot be read. */
export async function askCompletion(
  { url, apiKey, signal }: CompletionClient,
  body: JsonObject,
): Promise<CompletionAnswer> {
  const beganMs = performance.now();
  const target = new URL('/v1/chat/completions', url);
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    const text = await response.text();
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const lines = isStream ? dataLines(text) : [text];
    return {
      status: response.status,
      requestId: response.headers.get('x-request-id') ?? '',
      documents: lines.filter((line) => line !== DONE).map((line) => parsed(line)),
      isDone: isStream && lines.at(-1) === DONE,
      durationMs: Math.round(performance.now() - beganMs),
    };
  } catch (thrown) {
    if (thrown instanceof Finding || signal.aborted) throw thrown;
    const why = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : String(thrown);
    throw new Finding(`${target} gave no whole answer: ${why}`);
  }
}

function dataLines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim());
}

function parsed(text: string): JsonObject {
  const document = parseObject(text);
  if (document === null) throw new Finding(`the answer holds no JSON object: ${text.slice(0, 80)}`);
  return document;
}

/** Of a whole answer the message, of a stream the pieces of it, in their order. */
export function messagesOf({ documents }: CompletionAnswer): readonly JsonObject[] {
  return documents
    .flatMap((document) => asArray(document['choices']).map(asObject))
    .map((choice) => asObject(choice?.['message']) ?? asObject(choice?.['delta']))
    .filter((message) => message !== null);
}

export function usageOf({
  documents,
}: CompletionAnswer): { promptTokens: number; completionTokens: number } | undefined {
  const usage = documents.map((document) => asObject(document['usage'])).findLast((each) => each !== null);
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage ?? {};
  if (typeof promptTokens !== 'number' || typeof completionTokens !== 'number') return undefined;
  return { promptTokens, completionTokens };
}

/** The error in an answer. */
export function errorOf({ documents }: CompletionAnswer): { readonly code: string; readonly message: string } {
  const error = asObject(documents[0]?.['error']);
  return { code: String(error?.['code'] ?? ''), message: String(error?.['message'] ?? '') };
}
