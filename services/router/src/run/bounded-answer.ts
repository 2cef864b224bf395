import { CallFault, type ProviderCall } from '../ports.ts';

/** The answer is longer than is read of its provider's. */
export class AnswerTooLong extends CallFault {
  constructor() {
    super('aborted');
  }
}

/** A call of whose answer no more is read than a bound; undefined: all of it. */
export function bounded(call: ProviderCall, maxBytes: number | undefined): ProviderCall {
  if (maxBytes === undefined) return call;
  let readBytes = 0;
  return {
    ...call,
    async read() {
      if (readBytes > maxBytes) throw new AnswerTooLong();
      const bytes = await call.read();
      readBytes += bytes?.length ?? 0;
      if (readBytes <= maxBytes) return bytes;
      call.abort();
      throw new AnswerTooLong();
    },
  };
}
