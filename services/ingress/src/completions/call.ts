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
 * A call without an HTTP answer of its own, brought by one that may be over before it is: its headers, dialect and caller are the
 * other's. `route`: what the call is named by in the log and in metrics. `id`: absent: one of its own. `response`: what takes its
 * headers as long as nothing else is answered; absent: nothing.
 */
export function ownCall(
  { request, dialect, record, traceparent }: Call,
  {
    route,
    id = newId(),
    response = nowhere,
  }: { readonly route: string; readonly id?: string; readonly response?: Call['response'] },
): Call {
  const { userId, keyId, clientRequestId } = record;
  return {
    ...{ id, dialect, traceparent, request: { headers: request.headers, url: request.url }, response },
    startedAtMs: performance.now(),
    record: { ...emptyRecord(clientRequestId), route, userId, keyId },
    bodyBytesHeld: 0,
    stop: undefined,
  };
}
