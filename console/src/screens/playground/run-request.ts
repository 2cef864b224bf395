import { ApiError } from '../../api/client.ts';
import type { AnswerEvent, Asked, PlaygroundFormat } from './formats.ts';

export interface Told {
  readonly text: string;
  /** Decimal USD; empty: not told yet. */
  readonly costUsd: string;
  readonly requestId: string;
  readonly provider: string;
}

/** A stream tells what it costs only where it is asked to. */
export const costHeader = { 'x-gateway-usage-cost': 'true' } as const;

/**
 * Asks the gateway as any client does, and tells the answer as it grows. The key goes into a header and nowhere else. Rejects with an
 * `ApiError` for a refusal, with an `Error` for a stream that reports one, and with an `AbortError` where it is stopped.
 */
export async function runRequest(
  format: PlaygroundFormat,
  asked: Asked,
  {
    key,
    signal,
    onTold,
  }: { readonly key: string; readonly signal: AbortSignal; readonly onTold: (told: Told) => void },
): Promise<void> {
  const [name, prefix] = format.keyHeader;
  const response = await fetch(format.path(asked), {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/json', ...format.headers, ...costHeader, [name]: `${prefix}${key}` },
    body: JSON.stringify(format.body(asked)),
    signal,
  });
  const requestId = response.headers.get('x-request-id') ?? '';
  if (!response.ok || response.body === null) throw await refusalOf(response, requestId);
  let told: Told = { text: '', costUsd: '', requestId, provider: response.headers.get('x-gateway-provider') ?? '' };
  onTold(told);
  for await (const data of dataOf(response.body)) {
    const event = eventIn(data);
    if (event === null) continue;
    told = { ...told, text: told.text + format.textIn(event), costUsd: costIn(data) ?? told.costUsd };
    onTold(told);
  }
}

/** The data of each event of a stream, whatever pieces it comes in. */
async function* dataOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value = '' } = await reader.read();
    const lines = `${rest}${value}`.split(/\r?\n/);
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) if (line.startsWith('data:')) yield line.slice('data:'.length).trim();
    if (done) return;
  }
}

/** null: nothing to look into. Throws an `Error` for an event that says what went wrong. */
function eventIn(data: string): AnswerEvent | null {
  if (data === '[DONE]' || data === '') return null;
  const event = JSON.parse(data) as AnswerEvent & { readonly error?: { readonly message?: string } };
  if (event.error?.message !== undefined) throw new Error(event.error.message);
  return event;
}

/** As its digits stand there: a number of JavaScript would round them. Within a text the quotes are escaped. */
function costIn(data: string): string | undefined {
  return /"cost":\s*(\d+(?:\.\d+)?)/.exec(data)?.[1];
}

async function refusalOf(response: Response, requestId: string): Promise<ApiError> {
  interface Said {
    readonly error?: { readonly code?: unknown; readonly message?: string; readonly param?: string | null };
  }
  const { error } = (await response.json().catch(() => ({}))) as Said;
  return new ApiError(response.status, {
    code: String(error?.code ?? ''),
    message: error?.message ?? `The gateway answered ${response.status}.`,
    param: error?.param ?? '',
    requestId,
  });
}
