import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type {
  DeadLetterSchema,
  RetryRequest,
  RetryRequestSchema,
} from '#contracts/gen/gateway/deadletters/v1/dead_letters_pb.js';
import { requestIdOf } from '#contracts/streams.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { Selection } from './dead-letter-source.ts';

export function deadLetterToWire(letter: DeadLetter): MessageInitShape<typeof DeadLetterSchema> {
  const { consumer, position, eventId, eventType, stream, failure, tries, firstTriedAtMs, lastTriedAtMs } = letter;
  return {
    consumer,
    position: BigInt(position),
    eventId,
    eventType,
    stream,
    requestId: requestIdOf(stream) ?? '',
    errorCode: failure.code,
    errorMessage: failure.message,
    tries: BigInt(tries),
    firstTriedAtMs: BigInt(firstTriedAtMs),
    lastTriedAtMs: BigInt(lastTriedAtMs),
  };
}

export function deadLetterFromWire(letter: MessageShape<typeof DeadLetterSchema>): DeadLetter {
  const { consumer, position, eventId, eventType, stream, tries, firstTriedAtMs, lastTriedAtMs } = letter;
  return {
    consumer,
    position: Number(position),
    eventId,
    eventType,
    stream,
    failure: { code: letter.errorCode, message: letter.errorMessage },
    tries: Number(tries),
    firstTriedAtMs: Number(firstTriedAtMs),
    lastTriedAtMs: Number(lastTriedAtMs),
  };
}

export function selectionToWire(
  selection: Selection,
): NonNullable<MessageInitShape<typeof RetryRequestSchema>['selected']> {
  switch (selection.kind) {
    case 'position':
      return { case: 'position', value: BigInt(selection.position) };
    case 'request':
      return { case: 'requestId', value: selection.requestId };
    case 'all':
      return { case: undefined };
  }
}

export function selectionFromWire(selected: RetryRequest['selected']): Selection {
  switch (selected.case) {
    case 'position':
      return { kind: 'position', position: Number(selected.value) };
    case 'requestId':
      return { kind: 'request', requestId: selected.value };
    case undefined:
      return { kind: 'all' };
  }
}
