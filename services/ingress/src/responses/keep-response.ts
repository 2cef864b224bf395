import { createByteStore } from '#ai/json/byte-store.ts';
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { writeJson } from '#ai/json/write-json.ts';
import type { CompleteFrame } from '#contracts/router.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { AddTurn } from './conversations/add-turn.ts';
import { findLastEvent } from './last-event.ts';
import type { ResponseStore, StoredResponse } from './response-store.ts';

/** As much as the longest conversation that is taken back. Longer answers are given, and not kept. */
const RESPONSE_MAX_BYTES = 16 * 1024 * 1024;

/** Looking through so little costs some microseconds. */
const OFTEN_SCANNED_BYTES = 16 * 1024;

type Turn = Pick<StoredResponse, 'userId' | 'previousId' | 'input'> & {
  readonly isStored: boolean;
  readonly conversationId: string | null;
};

interface Keeping {
  readonly store: Pick<ResponseStore, 'keep' | 'remember'>;
  readonly turn: Turn;
  /** Adds the answer to its conversation. */
  readonly addTurn: AddTurn;
  readonly isStream: boolean;
  readonly days: number;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * The frames of an answer of /v1/responses. Its end says what the gateway does, whatever the provider was told: whether the
 * response is stored, and what it goes on from. A response is stored before its client knows that it is whole: a client that
 * has seen the end can go on from it. An answer that cannot be stored is given all the same, since it is paid for.
 *
 * Returning the iterator before it was asked for anything leaves the answer, as returning `frames` would.
 */
export function keepResponse(frames: AsyncIterable<CompleteFrame>, keeping: Keeping): AsyncIterable<CompleteFrame> {
  return {
    [Symbol.asyncIterator]() {
      const given = frames[Symbol.asyncIterator]();
      const passed = pass({ [Symbol.asyncIterator]: () => given }, keeping);
      return {
        next: () => passed.next(),
        async return() {
          await given.return?.();
          return passed.return();
        },
      };
    },
  };
}

async function* pass(
  frames: AsyncIterable<CompleteFrame>,
  keeping: Keeping,
): AsyncGenerator<CompleteFrame, void, undefined> {
  const { isStream } = keeping;
  /** What may be the end of the answer. */
  const held = createByteStore();
  let scannedBytes = 0;
  let isLast = !isStream;
  let isTooLong = false;
  for await (const frame of frames) {
    if (frame.kind === 'data' && !isTooLong) {
      held.append(frame.data);
      isTooLong = held.length() > RESPONSE_MAX_BYTES;
      if (!isLast && !isTooLong && mayScan(held.length(), scannedBytes)) {
        scannedBytes = held.length();
        const found = findLastEvent(held.bytes()).kind;
        isLast = found === 'there';
        if (found === 'none') {
          scannedBytes = 0;
          yield dataFrame(held.take());
        }
      }
      // What is too long to be held is not changed, nor is anything that comes after it.
      if (isTooLong) yield dataFrame(held.take());
      continue;
    }
    if (held.length() > 0) {
      const bytes = held.take();
      yield dataFrame(frame.kind === 'end' ? await ended(bytes, keeping) : bytes);
    }
    yield frame;
  }
}

/** What is held is looked through when it has doubled, once it is long: bytes that come one by one are not looked at a million times. */
function mayScan(heldBytes: number, scannedBytes: number): boolean {
  return heldBytes <= OFTEN_SCANNED_BYTES || heldBytes >= 2 * scannedBytes;
}

function dataFrame(data: Buffer): CompleteFrame {
  return { kind: 'data', data };
}

/** The end of an answer as its client gets it; the response in it is stored by then. */
async function ended(bytes: Buffer, keeping: Keeping): Promise<Buffer> {
  const { isStream, turn, logger } = keeping;
  const last = isStream ? findLastEvent(bytes) : null;
  const document = parseObjectKeptDigits(last === null ? bytes.toString() : last.kind === 'there' ? last.data : '');
  const response = isStream ? asObject(document?.['response']) : document;
  if (document === null || response === null || typeof response['id'] !== 'string') {
    logger.warn({ isStream, isStored: turn.isStored }, 'a response has no id, and is not kept');
    return bytes;
  }
  const { isStored, previousId, conversationId } = turn;
  const told = {
    ...response,
    store: isStored,
    previous_response_id: previousId,
    ...(conversationId !== null && { conversation: { id: conversationId } }),
  };
  await keep(told, keeping);
  await keeping.addTurn(told);
  if (last?.kind !== 'there') return Buffer.from(writeJson(told));
  const data = writeJson({ ...document, response: told });
  return Buffer.concat([
    bytes.subarray(0, last.start),
    Buffer.from(`event: ${String(document['type'])}\ndata: ${data}\n\n`),
  ]);
}

async function keep(response: JsonObject, { store, turn, days, logger }: Keeping): Promise<void> {
  const { userId, previousId, input, isStored } = turn;
  if (!isStored && store.remember === undefined) return;
  const id = String(response['id']);
  const kept = { userId, previousId, input, id, response: writeJson(response) };
  store.remember?.(kept);
  if (!isStored) return;
  try {
    await store.keep(kept, days);
  } catch (error) {
    logger.warn({ err: error, responseId: id }, 'a response could not be kept');
  }
}
