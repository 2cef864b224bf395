import type { FormatName } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { spliceFields } from '#ai/json/splice-fields.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import type { CountedTokens, CountTokensRequest } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { parseObject } from '#kernel/json.ts';
import { kindRows } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import { estimatePrompt } from '../estimate/estimate-usage.ts';
import { CallFault, type Provider, type ProviderCall } from '../ports.ts';
import type { RunParts } from './run.ts';

/** A count takes a provider some hundred milliseconds, and a client waits for it before each turn. */
const COUNT_MAX_MS = 10_000;
/** A count is a line. */
const DOCUMENT_MAX_BYTES = 64 * 1024;

/** Where a format has a call that counts, behind the path of its requests. */
const countPaths: Readonly<Partial<Record<FormatName, string>>> = {
  'anthropic-messages': '/count_tokens',
  'openai-responses': '/input_tokens',
};

/**
 * The tokens of a prompt: by the first candidate that speaks the client's format and counts, else by the gateway's own
 * tokenizer. Rejects with a `Fault` where a provider finds the request itself at fault.
 */
export async function countPrompt(
  { providers, health }: Pick<RunParts, 'providers' | 'health'>,
  request: CountTokensRequest,
  signal: AbortSignal,
): Promise<CountedTokens> {
  const path = countPaths[request.format];
  for (const candidate of path === undefined ? [] : health.inOrder(request.candidates)) {
    const pooled = providers.get(candidate.provider);
    if (pooled?.kind !== 'open' || !pooled.provider.config.spoken.formats.includes(request.format)) continue;
    const inputTokens = await countAt(pooled.provider, candidate, request, path ?? '', signal);
    if (inputTokens !== null) return { inputTokens, isEstimate: false };
  }
  return { inputTokens: (await estimatePrompt(request.parsedBody)).tokens, isEstimate: true };
}

/** null: this provider does not count. */
async function countAt(
  provider: Provider,
  { model }: ModelCandidate,
  { requestId, format, headers, body, parsedBody }: CountTokensRequest,
  countPath: string,
  signal: AbortSignal,
): Promise<number | null> {
  const { client } = formatTable[format];
  const call = provider.call({
    path: client.path(provider.config.spoken.basePathOf(format), model) + countPath,
    headers: client.headers(headers),
    body: spliceFields(body, parsedBody, new Map([['model', { kind: 'put', json: JSON.stringify(model) }]])),
    requestId,
    isStream: false,
  });
  const stop = (): void => call.abort();
  const timer = setTimeout(stop, COUNT_MAX_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { status } = await call.head;
    const text = (await readAll(call)).toString();
    const document = parseObject(text);
    if (status < 200 || status > 299) {
      const error = client.readError(status, document, text);
      const { code, retry } = kindRows[errorKindOf(error, status)];
      const { apiKey } = provider.config;
      const isKeyTold = apiKey !== '' && error.message.includes(apiKey);
      if (retry === 'never' && error.message !== '' && !isKeyTold) throw new Fault({ code, message: error.message });
      return null;
    }
    const counted = document?.['input_tokens'];
    return typeof counted === 'number' && Number.isSafeInteger(counted) && counted >= 0 ? counted : null;
  } catch (thrown) {
    if (thrown instanceof CallFault) return null;
    throw thrown;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    call.discard();
  }
}

async function readAll(call: ProviderCall): Promise<Buffer> {
  const read: Buffer[] = [];
  let length = 0;
  for (let bytes = await call.read(); bytes !== null && length <= DOCUMENT_MAX_BYTES; bytes = await call.read()) {
    read.push(bytes);
    length += bytes.length;
  }
  return Buffer.concat(read);
}
