import { openAiErrorBody } from '#ai/formats/openai-chat/error-body.ts';
import type { CompletionFailure } from '#contracts/router.ts';
import { errorTable, type Refusal } from '#errors/error-table.ts';
import { asObject, parseObject } from '#kernel/json.ts';
import { retryHeaders } from '../http/answer.ts';

/** What an error frame is about. */
export interface ErrorPlace {
  readonly streamId: string | undefined;
  /** Empty: no request came of it. */
  readonly requestId: string;
}

/** Clients that go on from a response which is not there any more send the whole conversation, if it is called so. */
const PREVIOUS_NOT_FOUND = 'previous_response_not_found';

/** A refusal as a frame: what an HTTP client reads in the status, the document and the headers. */
export function errorFrame(refusal: Refusal | CompletionFailure, { streamId, requestId }: ErrorPlace): string {
  const { error, status } = errorOf(refusal);
  const headers = { ...(requestId === '' ? {} : { 'x-request-id': requestId }), ...retryHeaders(refusal) };
  return JSON.stringify({ type: 'error', status, error: { ...error, headers }, ...laneOf(streamId) });
}

/** The connection has come to its age. The code is the one that clients know. */
export function ageFrame(message: string): string {
  const error = { type: 'invalid_request_error', code: 'websocket_connection_limit_reached', message, param: null };
  return JSON.stringify({ type: 'error', status: 400, error });
}

/** An event as a frame: its lane stands in it. null: it is no event (`[DONE]`). */
export function eventFrame(data: string, streamId: string | undefined): string | null {
  const text = data.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return null;
  return streamId === undefined ? text : `${text.slice(0, -1)},"stream_id":${JSON.stringify(streamId)}}`;
}

function laneOf(streamId: string | undefined) {
  return streamId === undefined ? {} : { stream_id: streamId };
}

function errorOf(refusal: Refusal | CompletionFailure): { readonly error: object; readonly status: number } {
  if ('providerBody' in refusal && refusal.providerBody !== null) {
    const error = asObject(parseObject(refusal.providerBody.toString())?.['error']);
    if (error !== null) return { error, status: refusal.providerStatus };
  }
  const { error } = openAiErrorBody(refusal);
  if (refusal.code === 'not_found' && refusal.param === 'previous_response_id') {
    return { error: { ...error, code: PREVIOUS_NOT_FOUND }, status: 400 };
  }
  return { error, status: errorTable[refusal.code].httpStatus };
}
