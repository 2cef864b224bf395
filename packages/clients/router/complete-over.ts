import type { CompleteFrame, CompleteRequest } from '#contracts/router.ts';
import { faultFrom } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';

/** Routers tried for one request. A third that dies in the same moment is an outage, and the client's to be told. */
const TRIES_MAX = 3;

/** One run of a request on one router; the iteration throws a `Fault` where the connection breaks. */
export type RunOnRouter = (request: CompleteRequest, signal: AbortSignal) => AsyncIterable<CompleteFrame>;

/**
 * Runs a request on a router, and on another one where the first is gone before anything of an answer has arrived. A
 * second run cannot be charged twice, since a request has one usage on record. After a piece of the answer was passed on
 * there is no second run: the answer breaks off, and the client is told.
 */
export async function* completeOver(
  run: RunOnRouter,
  request: CompleteRequest,
  signal: AbortSignal,
  logger: Logger,
): AsyncGenerator<CompleteFrame, void, undefined> {
  for (let tries = 1; ; tries += 1) {
    // Kept back until the answer itself comes: its status could not be taken back.
    let head: CompleteFrame | undefined;
    let isDelivering = false;
    try {
      for await (const frame of run(request, signal)) {
        if (frame.kind === 'head') {
          head = frame;
          continue;
        }
        if (head !== undefined) yield head;
        head = undefined;
        isDelivering = true;
        yield frame;
      }
      return;
    } catch (thrown) {
      const { code } = faultFrom(thrown);
      logger.warn({ requestId: request.requestId, err: thrown, tries }, 'a router was lost in the middle of a request');
      const mayRepeat = code === 'unavailable' && !isDelivering && !signal.aborted && tries < TRIES_MAX;
      if (mayRepeat) continue;
      yield { kind: 'failure', failure: failureOf(code === 'request_timeout', isDelivering) };
      return;
    }
  }
}

function failureOf(isTimeout: boolean, isDelivering: boolean) {
  const none = { providerBody: null, providerStatus: 0 };
  if (isTimeout) {
    return { ...none, code: 'upstream_timeout' as const, message: 'The request took too long. Send it again.' };
  }
  if (isDelivering) {
    return { ...none, code: 'upstream_cut' as const, message: 'The answer broke off before its end. Send it again.' };
  }
  const message = 'The gateway cannot reach its providers now. Send the request again shortly.';
  return { ...none, code: 'unavailable' as const, message, retryAfterMs: 1_000 };
}
