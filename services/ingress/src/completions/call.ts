import type { IncomingHttpHeaders } from 'node:http';
import { newId } from '#kernel/ids.ts';
import { type Exchange, emptyRecord } from '../http/exchange.ts';

/**
 * A request to a model, whoever brought it: a client over HTTP (each `Exchange` is one), a turn in a socket, a run in the
 * background.
 */
export interface Call
  extends Pick<Exchange, 'id' | 'startedAtMs' | 'dialect' | 'record' | 'traceparent' | 'bodyBytesHeld' | 'stop'> {
  readonly request: { readonly headers: IncomingHttpHeaders; readonly url?: string | undefined };
  /** What takes the headers of an answer, as long as it has not begun. */
  readonly response: { readonly headersSent: boolean; setHeader(name: string, value: string): unknown };
}

/** What answers nobody over HTTP: its headers go nowhere. */
const nowhere: Call['response'] = { headersSent: true, setHeader: () => undefined };

/**
 * A call without an HTTP answer, brought by an exchange that may be over before the call is: its headers, dialect and caller are the
 * exchange's. `route`: what the call is named by in the log and in metrics. `id`: absent: one of its own.
 */
export function ownCall(
  { request, dialect, record, traceparent }: Call,
  { route, id = newId() }: { readonly route: string; readonly id?: string },
): Call {
  const { userId, keyId, clientRequestId } = record;
  return {
    ...{ id, dialect, traceparent, request: { headers: request.headers, url: request.url }, response: nowhere },
    startedAtMs: performance.now(),
    record: { ...emptyRecord(clientRequestId), route, userId, keyId },
    bodyBytesHeld: 0,
    stop: undefined,
  };
}
