import type { CompleteFrame } from '#contracts/router.ts';
import { faultFrom } from '#errors/fault.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { answerHeaders, costHeaders, setHeaders } from './answer-headers.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { Call } from './call.ts';

/**
 * Writes a completion's frames to its client, all of them read to the end even when the client has left: the router
 * records what was used only while it is listened to. Nothing is written before `admitted` resolves; where it rejects,
 * the request was never admitted, and what the provider says is thrown away.
 */
export async function deliver(
  call: Call,
  frames: AsyncIterable<CompleteFrame>,
  answer: AnswerWriter,
  admitted: Promise<void> | null,
): Promise<void> {
  let isWhole = false;
  try {
    if (admitted !== null) await untilAdmitted(admitted, frames);
    answer.admitted();
    for await (const frame of frames) {
      if (frame.kind === 'data') {
        call.record.firstByteMs ??= performance.now() - call.startedAtMs;
        const room = answer.data(frame.data);
        if (room !== undefined) await room;
      } else {
        isWhole = settle(call, frame, answer) || isWhole;
      }
    }
  } catch (thrown) {
    answer.fail(faultFrom(thrown).refusal);
    throw thrown;
  }
  if (!isWhole) answer.fail({ code: 'upstream_cut', message: 'The answer broke off before its end.' });
}

async function untilAdmitted(admitted: Promise<void>, frames: AsyncIterable<CompleteFrame>): Promise<void> {
  try {
    await admitted;
  } catch (thrown) {
    await frames[Symbol.asyncIterator]().return?.();
    throw thrown;
  }
}

/** Handles a frame that is not data; true where it is the last. */
function settle(call: Call, frame: Exclude<CompleteFrame, { kind: 'data' }>, answer: AnswerWriter): boolean {
  const { record } = call;
  switch (frame.kind) {
    case 'head':
      record.provider = frame.provider;
      record.providerModel = frame.model;
      setHeaders(call, answerHeaders(frame));
      answer.head(frame);
      return false;
    case 'end':
      record.provider = frame.summary.provider;
      record.providerModel = frame.summary.model;
      record.inputTokens = frame.summary.inputTokens;
      record.outputTokens = frame.summary.outputTokens;
      record.estimated = frame.summary.estimated;
      setHeaders(call, costHeaders(frame.summary.costNanoUsd));
      answer.end();
      return true;
    case 'failure':
      answer.fail(frame.failure);
      return true;
    default:
      return unreachable(frame);
  }
}
