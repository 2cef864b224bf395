import type { SseEvent } from '#ai/sse/sse-event.ts';
import { createSseReader } from '#ai/sse/sse-reader.ts';
import type { CompletionFailure } from '#contracts/router.ts';
import { errorTable, type Refusal } from '#errors/error-table.ts';
import type { AnswerWriter } from '../completions/answer-writer.ts';
import type { Call } from '../completions/call.ts';
import { crowdedRefusal } from '../http/answer.ts';
import { errorFrame, eventFrame } from './error-frame.ts';
import type { SocketClient } from './socket-client.ts';

/** Where the answer of a turn goes. */
export interface FramePlace {
  readonly client: Pick<SocketClient, 'send'>;
  readonly call: Pick<Call, 'id' | 'record' | 'stop'>;
  readonly streamId: string | undefined;
  /** The events that end a stream which has begun. */
  readonly errorEvent: (refusal: Refusal, requestId: string) => string;
}

/** Writes the events of an answer as frames, each with the name of its lane. */
export function frameAnswer({ client, call, streamId, errorEvent }: FramePlace): AnswerWriter {
  const reader = createSseReader();
  let hasBegun = false;
  let isOver = false;

  function sendEvents(events: readonly SseEvent[]): Promise<void> | undefined {
    let room: Promise<void> | undefined;
    for (const { data } of events) {
      const frame = eventFrame(data, streamId);
      if (frame === null || isOver) continue;
      hasBegun = true;
      const sent = client.send(frame);
      if (sent === 'crowded') stop();
      else room = sent ?? room;
    }
    return room;
  }

  /** Nobody reads what comes: the provider need not go on. */
  function stop(): void {
    if (call.stop === undefined) fail(crowdedRefusal);
    else call.stop(crowdedRefusal);
  }

  function fail(refusal: Refusal | CompletionFailure): void {
    if (isOver) return;
    isOver = true;
    call.record.error ??= refusal.code;
    if (!hasBegun) {
      call.record.status = errorTable[refusal.code].httpStatus;
      client.send(errorFrame(refusal, { streamId, requestId: call.id }));
      return;
    }
    for (const { data } of createSseReader().push(Buffer.from(errorEvent(refusal, call.id)))) {
      const frame = eventFrame(data, streamId);
      if (frame !== null) client.send(frame);
    }
  }

  return {
    admitted() {},
    head({ status }) {
      call.record.status = status;
    },
    data(bytes) {
      if (isOver) return undefined;
      const room = sendEvents(reader.push(bytes));
      if (reader.isTooLong()) {
        fail({ code: 'upstream_invalid_response', message: 'An event of the answer is longer than any may be.' });
      }
      return room;
    },
    end() {
      const last = reader.end();
      if (last !== null) sendEvents([last]);
      isOver = true;
    },
    fail,
  };
}
