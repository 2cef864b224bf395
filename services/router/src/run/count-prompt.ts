import type { FrontFormatName, PromptCounting } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { mayHaveTags, untaggedRequest } from '#ai/thoughts/untagged-request.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import type { CountTokensRequest, RouterPort } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { parseObject } from '#kernel/json.ts';
import { kindRows } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import { estimatePrompt } from '../estimate/estimate-usage.ts';
import { CallFault, type Provider, type ProviderCall } from '../ports.ts';
import type { RunParts } from './run.ts';

/**
 * Counts at once at one provider: a count takes some hundred milliseconds, so that these make some hundred a second, and
 * they cost nothing: they must not take the connections of answers that are paid for.
 */
const COUNTS_AT_ONCE_MAX = 32;
/** A count is a line. */
const DOCUMENT_MAX_BYTES = 64 * 1024;

/**
 * The tokens of a prompt: by the first candidate that speaks the client's format and counts, else by the gateway's own
 * tokenizer. The tokenizer counts as well where that candidate has its most counts at once, or `limits.countMaxMs` have
 * passed at all candidates together. Rejects with a `Fault` where a provider finds the request itself at fault.
 */
export function createCountPrompt({
  providers,
  fleet,
  limits,
}: Pick<RunParts, 'providers' | 'fleet' | 'limits'>): RouterPort['countTokens'] {
  /** Counts under way, by provider. None is remembered of a provider without any. */
  const underWay = new Map<string, number>();

  async function counted(request: CountTokensRequest, signal: AbortSignal): Promise<number | null> {
    const { counting } = formatTable[request.format].client;
    if (counting === undefined) return null;
    for (const candidate of fleet.inOrder(request.candidates)) {
      const pooled = providers.get(candidate.provider);
      if (pooled?.kind !== 'open' || !counts(pooled.provider, request.format)) continue;
      const others = underWay.get(candidate.provider) ?? 0;
      if (others >= COUNTS_AT_ONCE_MAX || signal.aborted) return null;
      underWay.set(candidate.provider, others + 1);
      try {
        const inputTokens = await countAt(pooled.provider, candidate, request, counting, signal);
        if (inputTokens !== null) return inputTokens;
      } finally {
        const left = (underWay.get(candidate.provider) ?? 1) - 1;
        if (left === 0) underWay.delete(candidate.provider);
        else underWay.set(candidate.provider, left);
      }
    }
    return null;
  }

  return async (asked, signal) => {
    const request = untagged(asked);
    const late = AbortSignal.timeout(limits.countMaxMs);
    const inputTokens = await counted(request, AbortSignal.any([signal, late]));
    if (inputTokens !== null) return { inputTokens, isEstimate: false };
    return { inputTokens: (await estimatePrompt(request.parsedBody)).tokens, isEstimate: true };
  };
}

/** Who asks is not known here: thoughts of one account only are left out, which hardly any provider counts. */
function untagged(request: CountTokensRequest): CountTokensRequest {
  if (!mayHaveTags(request)) return request;
  const { body, parsedBody } = untaggedRequest(request, '', ({ isPortable }) => isPortable);
  return { ...request, body, parsedBody };
}

/** A door of its own leads to answers alone. */
function counts({ config: { spoken } }: Provider, format: FrontFormatName): boolean {
  return spoken.formats.includes(format) && spoken.envelopeOf(format) === null;
}

/** null: this provider does not count. */
async function countAt(
  provider: Provider,
  { model }: ModelCandidate,
  { requestId, format, headers, body, parsedBody }: CountTokensRequest,
  counting: PromptCounting,
  signal: AbortSignal,
): Promise<number | null> {
  const { client } = formatTable[format];
  const { spoken } = provider.config;
  const call = provider.call({
    path: counting.path(client.path(spoken.modelPathOf(format, model), { model, isStream: false })),
    headers: client.headers(headers, spoken.rules),
    body: counting.body(body, parsedBody, { model, rules: spoken.rules }),
    auth: spoken.authOf(format),
    requestId,
    isStream: false,
  });
  const stop = (): void => call.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { status, headers } = await call.head;
    const text = (await readAll(call)).toString();
    const document = parseObject(text);
    if (status < 200 || status > 299) {
      const error = client.readError(status, document, text, headers);
      const { code, retry } = kindRows[errorKindOf(error, status)];
      const isTold = error.message !== '' && !provider.tellsSecret(error.message);
      if (retry === 'never' && isTold) throw new Fault({ code, message: error.message });
      return null;
    }
    const counted = document === null ? undefined : counting.countIn(document);
    return typeof counted === 'number' && Number.isSafeInteger(counted) && counted >= 0 ? counted : null;
  } catch (thrown) {
    if (thrown instanceof CallFault) return null;
    throw thrown;
  } finally {
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
