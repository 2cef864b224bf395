import { isErrorCode, type Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { isJsonObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { AppendRequest, AppendResult } from './journal.ts';

/** The outcome of an append, as it crosses the bus. */
export type AppendAnswer = AppendResult | { readonly kind: 'refused'; readonly refusal: Refusal };

export function appendToMessage(request: AppendRequest): string {
  return JSON.stringify(request);
}

/** Throws a `Fault` (`invalid_request`) if the bytes are no append. */
export function appendFromMessage(bytes: Uint8Array): AppendRequest {
  const json = parse(bytes);
  const { stream, expectedVersion, correlationId, causationId, events, term } = json;
  const isProper =
    isText(stream) &&
    isCount(expectedVersion) &&
    isText(correlationId) &&
    isText(causationId) &&
    Array.isArray(events) &&
    events.every((event) => isText(event?.eventId) && isText(event?.type) && isJsonObject(event?.data)) &&
    (term === undefined || (isJsonObject(term) && isText(term['service']) && isCount(term['epoch'])));
  if (!isProper) throw malformed();
  return json as unknown as AppendRequest;
}

export function answerToMessage(answer: AppendAnswer): string {
  return JSON.stringify(answer);
}

/** Throws a `Fault` (`internal_error`) if the bytes are no answer. */
export function answerFromMessage(bytes: Uint8Array): AppendAnswer {
  const json = parse(bytes);
  const { kind, position, actualVersion, refusal, isRepeat } = json;
  if (kind === 'appended' && isCount(position)) return { kind, position, isRepeat: isRepeat === true };
  if (kind === 'version-conflict' && isCount(actualVersion)) return { kind, actualVersion };
  if (kind === 'refused' && isJsonObject(refusal) && isErrorCode(refusal['code']) && isText(refusal['message'])) {
    return { kind, refusal: refusal as unknown as Refusal };
  }
  throw new Fault({ code: 'internal_error', message: 'The answer of the log could not be read.' });
}

function parse(bytes: Uint8Array): JsonObject {
  const json = parseObject(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  if (json === null) throw malformed();
  return json;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function malformed(): Fault {
  return new Fault({ code: 'invalid_request', message: 'The message to the log is malformed.' });
}
