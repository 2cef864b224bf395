import type { ProviderErrorKind } from '#ai/answer-decoder.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { createByteStore } from '#ai/json/byte-store.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import { kindRows } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import type { Provider, ProviderCall, ResponseHead } from '../ports.ts';
import type { PreparedCall } from './prepare-call.ts';
import type { Run } from './run.ts';

/** An error document is a few hundred bytes. */
const ERROR_MAX_BYTES = 64 * 1024;
/** It comes with its status. A provider that is slow with it is not waited for: the next one may answer. */
const ERROR_MAX_MS = 2_000;

const none: Buffer = Buffer.alloc(0);

/** What a provider means by a status that is not 2xx, and what of it is the client's to read. */
export interface ProviderRefusal {
  readonly kind: ProviderErrorKind;
  /** In the client's format; null: there is nothing that the client may read. */
  readonly body: Buffer | null;
  /** The provider's own words. */
  readonly words: string;
  /** All of it; null: it is none, or says nothing. */
  readonly document: JsonObject | null;
}

/** Reads what a provider says beside its status. The document is kept from a client if it repeats the gateway's key. */
export async function readRefusal(
  { request }: Pick<Run, 'request'>,
  prepared: PreparedCall,
  { tellsSecret }: Pick<Provider, 'tellsSecret'>,
  call: ProviderCall,
  { status, headers }: ResponseHead,
): Promise<ProviderRefusal> {
  const bytes = status < 300 || status > 399 ? await readDocument(call) : none;
  const document = errorDocument(bytes);
  const text = bytes.toString();
  const error = prepared.readError(status, document, text, headers);
  const kind = errorKindOf(error, status);
  const words = error.message;
  const isSafe = !tellsSecret(bytes);
  // A page of HTML, or an empty document, is the words of a proxy, and tells a client nothing.
  if (!kindRows[kind].isToldAsIs || !isSafe || document === null) return { kind, body: null, words, document };
  const isClients = prepared.isRaw && asObject(document['error']) !== null && text.trimStart().startsWith('{');
  const { providerErrorBody } = formatTable[request.format].server;
  const written = providerErrorBody(error, status, request.requestId);
  const isKnown = kind !== 'context-window' || tellsWindow(document, written);
  if (isClients && isKnown) return { kind, body: bytes, words, document };
  if (error.message === '') return { kind, body: null, words, document };
  return { kind, body: Buffer.from(JSON.stringify(written)), words, document };
}

/**
 * Whether a provider tells of a prompt that is too long as clients of its format know it. Many that speak OpenAI's formats have other
 * codes, and clients that make a conversation shorter go by the code.
 */
function tellsWindow(document: JsonObject, written: unknown): boolean {
  const said = asObject(document['error']);
  const told = asObject(asObject(written)?.['error']);
  const isCodeOwed = told?.['code'] === 'context_length_exceeded';
  return said?.['message'] === told?.['message'] && (!isCodeOwed || said?.['code'] === told?.['code']);
}

/** Some providers put it into an array. null: it is none, or says nothing. */
function errorDocument(bytes: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    const document = asObject(Array.isArray(value) ? value[0] : value);
    return document !== null && Object.keys(document).length > 0 ? document : null;
  } catch {
    return null;
  }
}

/** As much of a document as is worth reading; what came of one that is cut or slow. */
async function readDocument(call: ProviderCall): Promise<Buffer> {
  const read = createByteStore();
  const timer = setTimeout(() => call.abort(), ERROR_MAX_MS);
  try {
    for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) {
      if (read.length() + bytes.length > ERROR_MAX_BYTES) {
        call.abort();
        return none;
      }
      read.append(bytes);
    }
  } catch {
    // The status is known, and counts.
  } finally {
    clearTimeout(timer);
  }
  return read.take();
}
