import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { writeJson } from '#ai/json/write-json.ts';
import type { CompleteFrame } from '#contracts/router.ts';
import { asObject } from '#kernel/json.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { ResponseStore, StoredResponse } from './response-store.ts';

/** As much as the longest conversation that is taken back. Longer answers are given, and not kept. */
const RESPONSE_MAX_BYTES = 16 * 1024 * 1024;

/** The events that carry a whole response. One stands at the end of each stream. */
const lastEvent = /^data: ?(\{.*"type": ?"response\.(?:completed|incomplete)".*\})\s*$/m;
const LAST_EVENT_NAMES = ['response.completed', 'response.incomplete'];

type Turn = Pick<StoredResponse, 'userId' | 'previousId' | 'input'>;

/**
 * The frames of an answer of /v1/responses, which is kept before its client knows that it is whole: a client that has seen
 * the end can go on from it. An answer that cannot be kept is given all the same, since it is paid for.
 */
export async function* keepResponse(
  frames: AsyncIterable<CompleteFrame>,
  parts: {
    readonly store: Pick<ResponseStore, 'keep'>;
    readonly turn: Turn;
    readonly isStream: boolean;
    readonly days: number;
    readonly logger: Pick<Logger, 'warn'>;
  },
): AsyncGenerator<CompleteFrame, void, undefined> {
  const { store, turn, isStream, days, logger } = parts;
  const held: CompleteFrame[] = [];
  let heldBytes = 0;

  async function keep(): Promise<void> {
    const response = responseIn(
      Buffer.concat(held.flatMap((frame) => (frame.kind === 'data' ? [frame.data] : []))),
      isStream,
    );
    if (response === null) return;
    try {
      await store.keep({ ...turn, ...response }, days);
    } catch (error) {
      logger.warn({ err: error, responseId: response.id }, 'a response could not be kept');
    }
  }

  for await (const frame of frames) {
    if (frame.kind === 'data' && heldBytes <= RESPONSE_MAX_BYTES && (held.length > 0 || isHeld(frame.data, isStream))) {
      held.push(frame);
      heldBytes += frame.data.length;
      if (heldBytes > RESPONSE_MAX_BYTES) yield* held.splice(0);
      continue;
    }
    if (frame.kind === 'end') await keep();
    yield* held.splice(0);
    yield frame;
  }
}

/** A document is kept as a whole; of a stream only what its last event may be in. */
function isHeld(data: Buffer, isStream: boolean): boolean {
  return !isStream || LAST_EVENT_NAMES.some((name) => data.includes(name));
}

function responseIn(bytes: Buffer, isStream: boolean): Pick<StoredResponse, 'id' | 'response'> | null {
  const text = bytes.toString();
  const document = parseObjectKeptDigits(isStream ? (lastEvent.exec(text)?.[1] ?? '') : text);
  const response = isStream ? asObject(document?.['response']) : document;
  const id = response?.['id'];
  if (typeof id !== 'string' || id === '') return null;
  return { id, response: isStream ? writeJson(response) : text };
}
