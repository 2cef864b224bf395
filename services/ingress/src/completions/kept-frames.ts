import type { CompleteFrame } from '#contracts/router.ts';
import type { Execution } from '../idempotency/execution.ts';
import type { KeptAnswer, KeptHead } from '../idempotency/kept-answer.ts';
import type { RequestFate } from '../idempotency/request-fate.ts';
import { answerHeaders } from './answer-headers.ts';
import type { Head } from './answer-writer.ts';
import type { TellsEnd } from './tells-end.ts';

export type FateOf = (requestId: string) => Promise<RequestFate>;

type Data = Extract<CompleteFrame, { kind: 'data' }>;

export const NO_HEAD: KeptHead = { status: 0, headers: {}, provider: '', model: '', failure: null };

export const brokenOff = { code: 'upstream_cut', message: 'The answer broke off before its end.' } as const;

/**
 * The frames of an answer, kept as they pass. What tells a client that the answer is whole (the last piece of a document;
 * a stream's `[DONE]` or last event; the end itself) passes when the answer is kept: a client that has seen an end can have it
 * again.
 */
export async function* keptFrames(
  frames: AsyncIterable<CompleteFrame>,
  parts: {
    readonly execution: Execution;
    readonly isStream: boolean;
    readonly tellsEnd: TellsEnd;
    /** Aborted, the router gives no more bytes: an end does not mean that the answer is whole. */
    readonly signal: AbortSignal;
    /** Settles an execution whose answer failed. */
    readonly settleFailed: (head: KeptHead) => Promise<void>;
  },
): AsyncGenerator<CompleteFrame, void, undefined> {
  const { execution, isStream, tellsEnd, signal, settleFailed } = parts;
  let head = NO_HEAD;
  let held: Data[] = [];
  let isAtEnd = false;
  for await (const frame of frames) {
    if (frame.kind === 'head') {
      head = keptHead(frame);
      yield frame;
    } else if (frame.kind === 'data') {
      const room = execution.write(frame.data);
      if (room !== undefined) await room;
      // The last event may come in several pieces.
      isAtEnd ||= isStream && tellsEnd(frame.data);
      if (!isAtEnd) {
        yield* held;
        held = [];
      }
      if (isStream && !isAtEnd) yield frame;
      else held.push(frame);
    } else {
      const failure = failureOf(frame, signal);
      if (failure === null) await execution.keep(head);
      else await settleFailed({ ...head, failure });
      yield* held;
      yield frame;
    }
  }
}

/** What the client is told in headers again, but for the cost: the repeat has none. */
function keptHead(frame: Head): KeptHead {
  const { status, contentType, provider, model, costNanoUsd: _cost, ...told } = frame;
  const headers = {
    ...answerHeaders({ ...told, status, contentType, model, provider: '' }),
    'content-type': contentType,
  };
  return { ...NO_HEAD, status, headers, provider, model };
}

function failureOf(
  frame: Extract<CompleteFrame, { kind: 'end' | 'failure' }>,
  signal: AbortSignal,
): KeptHead['failure'] {
  if (frame.kind === 'end') return signal.aborted ? brokenOff : null;
  const { code, message, param } = frame.failure;
  return { code, message, param };
}

/**
 * Settles an execution whose answer failed: one that has used something keeps its failure as its answer, one that cost
 * nothing gives the key back for another try, and one whose end is not in the log yet is looked at by whoever repeats it.
 */
export async function settleFailed(execution: Execution, head: KeptHead, fateOf: FateOf): Promise<void> {
  const fate = await fateOf(execution.requestId).catch(() => 'open' as const);
  if (fate === 'used') await execution.keep(head);
  else if (fate === 'open') await execution.orphan();
  else await execution.release();
}

/** A kept answer as the frames it came in. It was counted when it was given first, so the repeat has used nothing. */
export async function* replayedFrames({ head, pieces }: KeptAnswer): AsyncGenerator<CompleteFrame, void, undefined> {
  const { status, provider, model, failure } = head;
  const { 'content-type': contentType, ...headers } = head.headers;
  if (status !== 0 && contentType !== undefined) {
    yield { kind: 'head', status, contentType, provider, model, attempts: 0, dropped: [], headers };
  }
  for await (const data of pieces()) yield { kind: 'data', data };
  if (failure === null) {
    const summary = { provider, model, inputTokens: 0, outputTokens: 0, estimated: false };
    yield { kind: 'end', summary };
  } else {
    yield { kind: 'failure', failure: { ...failure, providerBody: null, providerStatus: 0 } };
  }
}
