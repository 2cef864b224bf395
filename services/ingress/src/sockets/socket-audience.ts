import type { Refusal } from '#errors/error-table.ts';
import type { AnswerWriter } from '../completions/answer-writer.ts';
import type { Audience } from '../completions/audience.ts';
import type { Call } from '../completions/call.ts';

/** The client of a socket, which waits as long as the socket is open. `left` aborts when it is closed. */
export function socketAudience(
  call: Pick<Call, 'startedAtMs' | 'record' | 'stop'>,
  answer: AnswerWriter,
  left: AbortSignal,
  requestTimeoutMs: number,
): Audience {
  return () => {
    const controller = new AbortController();
    const onLeft = (): void => {
      call.record.error ??= 'client_gone';
      controller.abort();
    };
    const stop = (refusal: Refusal): void => {
      clearTimeout(timer);
      answer.fail(refusal);
      controller.abort();
    };
    const remainingMs = call.startedAtMs + requestTimeoutMs - performance.now();
    const timer = setTimeout(stop, Math.max(1, remainingMs), {
      code: 'upstream_timeout',
      message: `The answer was not whole within ${requestTimeoutMs} ms.`,
    } satisfies Refusal);
    call.stop = stop;
    if (left.aborted) onLeft();
    left.addEventListener('abort', onLeft);
    return {
      answer,
      client: {
        signal: controller.signal,
        [Symbol.dispose]() {
          clearTimeout(timer);
          left.removeEventListener('abort', onLeft);
          call.stop = undefined;
        },
      },
    };
  };
}
