import { isErrorCode, type Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { bodyText, parsedLate } from '#journal/event-body.ts';
import type { AppendRequest, AppendResult, NewEvent } from '#journal/journal.ts';
import { isJsonObject, type JsonObject, parseObject } from '#kernel/json.ts';

/** The outcome of an append, as it crosses the bus. */
export type AppendAnswer = AppendResult | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * The append as JSON, with the lengths of its bodies in front. The journal lifts the bodies' text out by these lengths and
 * parses the rest. A journal of an earlier version parses all of it.
 */
export function appendToMessage({ events, ...request }: AppendRequest): string {
  const bodies = events.map(bodyText);
  const sent = events.map(({ eventId, type }, index) => {
    return `{"eventId":${JSON.stringify(eventId)},"type":${JSON.stringify(type)}${BODY_FOLLOWS}${bodies[index]}}`;
  });
  const lengths = bodies.map((body) => body.length);
  return `${LENGTHS_FOLLOW}${lengths}],"events":[${sent}],${JSON.stringify(request).slice(1)}`;
}

/** The lengths are in UTF-16 units, as a string's own length is: neither end has to count bytes. */
const LENGTHS_FOLLOW = '{"bodyLengths":[';
/** Cannot stand within a JSON string, where a quotation mark has a backslash before it. */
const BODY_FOLLOWS = ',"data":';

/** Parses no body. Throws a `Fault` (`invalid_request`) if the bytes are no append. */
export function appendFromMessage(bytes: Uint8Array): AppendRequest {
  const { rest, bodies } = liftBodies(textOf(bytes));
  const { stream, expectedVersion, correlationId, causationId, events, term, traceparent } = parseObject(rest) ?? {};
  const isProper =
    isText(stream) &&
    isCount(expectedVersion) &&
    isText(correlationId) &&
    isText(causationId) &&
    Array.isArray(events) &&
    (term === undefined || (isJsonObject(term) && isText(term['service']) && isCount(term['epoch'])));
  if (!isProper) throw malformed();
  const read = events.map((event, index) => eventFrom(event, bodies[index]));
  return { stream, expectedVersion, correlationId, causationId, events: read, term, traceparent } as AppendRequest;
}

/** The message with `null` in place of each body, and the bodies: none if an earlier version sent the message. */
function liftBodies(message: string): { readonly rest: string; readonly bodies: readonly string[] } {
  if (!message.startsWith(LENGTHS_FOLLOW)) return { rest: message, bodies: [] };
  const lengths = message.slice(LENGTHS_FOLLOW.length, message.indexOf(']')).split(',').filter(Boolean).map(Number);
  const bodies: string[] = [];
  let [rest, at] = ['', 0];
  for (const length of lengths) {
    const before = message.indexOf(BODY_FOLLOWS, at);
    if (before < 0 || !isCount(length)) throw malformed();
    const start = before + BODY_FOLLOWS.length;
    rest += `${message.slice(at, start)}null`;
    at = start + length;
    bodies.push(message.slice(start, at));
  }
  return { rest: rest + message.slice(at), bodies };
}

function eventFrom(event: unknown, lifted: string | undefined): NewEvent {
  if (!isJsonObject(event)) throw malformed();
  const { eventId, type, data } = event;
  const body = isJsonObject(data) ? JSON.stringify(data) : lifted;
  // PostgreSQL refuses a text that is no JSON, and only an object begins with a brace.
  if (!isText(eventId) || !isText(type) || body?.startsWith('{') !== true) throw malformed();
  return parsedLate({ eventId, type, body }) as NewEvent;
}

function malformed(): Fault {
  return new Fault({ code: 'invalid_request', message: 'The message to the log is malformed.' });
}

export function answerToMessage(answer: AppendAnswer): string {
  return JSON.stringify(answer);
}

/** Throws a `Fault` (`internal_error`) if the bytes are no answer. */
export function answerFromMessage(bytes: Uint8Array): AppendAnswer {
  const json: JsonObject = parseObject(textOf(bytes)) ?? {};
  const { kind, position, actualVersion, refusal, isRepeat } = json;
  if (kind === 'appended' && isCount(position)) return { kind, position, isRepeat: isRepeat === true };
  if (kind === 'version-conflict' && isCount(actualVersion)) return { kind, actualVersion };
  if (kind === 'refused' && isJsonObject(refusal) && isErrorCode(refusal['code']) && isText(refusal['message'])) {
    return { kind, refusal: refusal as unknown as Refusal };
  }
  throw unreadable();
}

/** The position at the log's end. */
export function headToMessage(position: number): string {
  return String(position);
}

/** Throws a `Fault` (`internal_error`) if the bytes are no position. */
export function headFromMessage(bytes: Uint8Array): number {
  const text = textOf(bytes);
  const position = Number(text);
  if (text === '' || !isCount(position)) throw unreadable();
  return position;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function unreadable(): Fault {
  return new Fault({ code: 'internal_error', message: 'The answer of the log could not be read.' });
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
