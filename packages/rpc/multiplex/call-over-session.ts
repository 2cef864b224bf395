import { type DescMethod, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { Fault } from '#errors/fault.ts';
import { GATEWAY_STOPS } from '#kernel/cut-by-gateway.ts';
import type { RpcCallOptions } from '../call-options.ts';
import type { CallerSession } from './caller-session.ts';
import type { Deadline } from './deadline.ts';

/** One streaming call in a session. Throws a `CallFailure`. */
export async function* callOverSession(
  session: CallerSession,
  method: DescMethod,
  message: Message,
  deadline: Deadline,
  { signal, traceparent }: RpcCallOptions,
): AsyncGenerator<Message, void, undefined> {
  const timeoutMs = deadline.leftMs();
  const call = session.start({
    method: `${method.parent.typeName}/${method.name}`,
    message: toBinary(method.input, message),
    timeoutMs,
    traceparent,
  });
  const onAbort = (): void => call.leave(gone, signal?.reason === GATEWAY_STOPS);
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => call.leave(late), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (let bytes = await call.next(); bytes !== undefined; bytes = await call.next()) {
      yield fromBinary(method.output, bytes);
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    // A reader that stops early must not leave the server working; for an ended call this does nothing.
    call.leave(gone);
  }
}

export const gone = (): Fault => new Fault({ code: 'client_gone', message: 'The call was left.' });
export const late = (): Fault => new Fault({ code: 'request_timeout', message: 'The call took too long.' });
