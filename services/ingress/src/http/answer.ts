import { type ErrorCode, errorTable, type Refusal } from '#errors/error-table.ts';
import { AWAY_RETRY_AFTER_MS } from '#errors/fault.ts';
import { endAfterBody } from './end-after-body.ts';
import { JSON_TYPE } from './error-form.ts';
import type { Exchange } from './exchange.ts';
import { PIECE_MAX_BYTES, send } from './send.ts';

const STATUS_EMPTY = 204;
const STATUS_SEE_OTHER = 303;

/** Statuses that OpenAI's SDKs retry of their own accord. */
const retriedStatuses = new Set([408, 409, 429]);

/** Refusals that may come while the body they refuse is on its way: the connection ends with them. */
const closing: ReadonlySet<ErrorCode> = new Set(['body_too_large', 'expectation_failed']);

/** Answers with a JSON document. Does nothing where an answer has begun already. bigints are written as strings. */
export function answerJson(
  exchange: Exchange,
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  answerBytes(exchange, status, jsonText(document), { 'content-type': JSON_TYPE, ...headers });
}

/** A document as it is answered: bigints are written as strings. */
export function jsonText(document: unknown): string {
  return JSON.stringify(document, bigintAsText);
}

/** How long a client should stay away when the gateway's memory for answers is taken. */
const CROWDED_RETRY_AFTER_MS = 1_000;

export const crowdedRefusal: Refusal = {
  code: 'unavailable',
  message: 'The gateway holds as many answers that wait for their clients as its memory allows; try again shortly.',
  retryAfterMs: CROWDED_RETRY_AFTER_MS,
};

/**
 * Answers with a whole body. Does nothing where an answer has begun already or nobody is there to read it. A body of
 * several pieces for which there is no room is refused.
 */
export function answerBytes(
  exchange: Exchange,
  status: number,
  body: Buffer | string,
  headers: Readonly<Record<string, string>>,
): void {
  const { response, record, answers } = exchange;
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.byteLength(body);
  const isOnePiece = bytes <= PIECE_MAX_BYTES;
  if (isOnePiece) answers.add(exchange, bytes);
  else if (!answers.hold(exchange, bytes)) {
    answerRefusal(exchange, crowdedRefusal);
    return;
  }
  record.status = status;
  response.writeHead(status, { ...headers, 'content-length': bytes });
  if (isOnePiece) response.end(body);
  else void sendAll(exchange, typeof body === 'string' ? Buffer.from(body) : body);
}

/** Answers without a body. Does nothing where an answer has begun already or nobody is there to read it. */
export function answerEmpty({ response, record }: Exchange, headers: Readonly<Record<string, string>>): void {
  if (response.headersSent || response.destroyed) return;
  record.status = STATUS_EMPTY;
  response.writeHead(STATUS_EMPTY, headers).end();
}

/** Sends a browser elsewhere (303). Nothing of it is kept. Does nothing where an answer has begun already. */
export function answerRedirect({ response, record }: Exchange, location: string, cookies: readonly string[]): void {
  if (response.headersSent || response.destroyed) return;
  record.status = STATUS_SEE_OTHER;
  const headers = { location, 'cache-control': 'no-store', 'set-cookie': [...cookies] };
  response.writeHead(STATUS_SEE_OTHER, headers).end();
}

async function sendAll(exchange: Exchange, body: Buffer): Promise<void> {
  await send(exchange, body);
  if (!exchange.response.destroyed) exchange.response.end();
}

/** Answers with the error document and headers of a refusal. Does nothing where an answer has begun already. */
export function answerRefusal(
  exchange: Exchange,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  const { response, record } = exchange;
  // The first cause is the one to be told: what follows from it is not.
  record.error ??= refusal.code;
  if (response.headersSent || response.destroyed) return;
  const status = errorTable[refusal.code].httpStatus;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  for (const [name, value] of Object.entries(retryHeaders(refusal))) response.setHeader(name, value);
  const { contentType, document } = exchange.errorForm(refusal, exchange.id);
  if (!closing.has(refusal.code)) {
    answerJson(exchange, status, document, { 'content-type': contentType, ...headers });
    return;
  }
  record.status = status;
  endAfterBody(exchange, status, Buffer.from(JSON.stringify(document)), contentType);
}

/** The headers that go with a refusal: when to come again, and whether to come again at all. */
export function retryHeaders(refusal: Refusal): Readonly<Record<string, string>> {
  const { httpStatus, isRetryable } = errorTable[refusal.code];
  const headers: Record<string, string> = {};
  // A 503 always says when to come again, whoever refused.
  const retryAfterMs = refusal.retryAfterMs ?? (httpStatus === 503 ? AWAY_RETRY_AFTER_MS : undefined);
  if (retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
    // OpenAI's and Anthropic's SDKs prefer this one: a wait of 200 ms need not become a second.
    headers['retry-after-ms'] = String(Math.max(0, Math.ceil(retryAfterMs)));
  }
  if (!isRetryable && wouldBeRetried(httpStatus)) headers['x-should-retry'] = 'false';
  return headers;
}

function wouldBeRetried(status: number): boolean {
  return status >= 500 || retriedStatuses.has(status);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
