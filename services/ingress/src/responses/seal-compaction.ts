import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { writeJson } from '#ai/json/write-json.ts';
import type { CompleteFrame, CompletionFailure } from '#contracts/router.ts';
import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { BeginTurn, Turn } from './conversation.ts';
import type { SummarySeals } from './summary-seals.ts';

/** As long as the longest answer that is translated, escapes and all. A provider's own compaction is far shorter. */
const COMPACTION_MAX_BYTES = 17 * 1024 * 1024;

/** Turns that are compactions: nothing of them is kept, and the summary in the answer is sealed for its user. */
export function compacting(beginTurn: BeginTurn, seals: Pick<SummarySeals, 'seal'>): BeginTurn {
  return async (exchange, caller, body, parsedBody) => {
    const turn = await beginTurn(exchange, caller, body, parsedBody);
    const kept: Turn['kept'] = (frames) => sealed(frames, (summary) => seals.seal(caller.userId, summary));
    return { ...turn, isStored: false, kept };
  };
}

/**
 * The frames of a compaction. Its document is held until it is whole. Returning the iterator before it was asked for anything
 * leaves the answer, as returning `frames` would.
 */
function sealed(frames: AsyncIterable<CompleteFrame>, seal: (summary: string) => string): AsyncIterable<CompleteFrame> {
  return {
    [Symbol.asyncIterator]() {
      const given = frames[Symbol.asyncIterator]();
      const passed = pass({ [Symbol.asyncIterator]: () => given }, seal);
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
  seal: (summary: string) => string,
): AsyncGenerator<CompleteFrame, void, undefined> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  for await (const frame of frames) {
    if (frame.kind === 'data') {
      heldBytes += frame.data.length;
      if (heldBytes <= COMPACTION_MAX_BYTES) held.push(frame.data);
      continue;
    }
    if (frame.kind !== 'end') {
      yield frame;
      continue;
    }
    const document = heldBytes <= COMPACTION_MAX_BYTES ? sealedDocument(Buffer.concat(held), seal) : null;
    if (document === null) yield { kind: 'failure', failure: noSummary };
    else {
      yield { kind: 'data', data: document };
      yield frame;
    }
  }
}

/**
 * Its client pays all the same, as for an empty answer of any other endpoint: a client can have a model write nothing, and the house would
 * pay for its reading. Not to be sent again, since each try would cost.
 */
const noSummary: CompletionFailure = {
  code: 'summary_empty',
  message:
    'The model wrote no summary of the conversation, and its reading is charged. Keep the conversation as it is, and ask another model.',
  providerBody: null,
  providerStatus: 0,
};

/** A provider's own compaction is passed on as it is. null: there is no summary to go on from. */
function sealedDocument(bytes: Buffer, seal: (summary: string) => string): Buffer | null {
  const document = parseObjectKeptDigits(bytes.toString());
  const output = asArray(document?.['output']);
  if (document === null || !output.some(hasSummary)) return bytes;
  const items = output.map((item) => (hasSummary(item) ? sealedItem(item, seal) : item));
  return items.includes(null) ? null : Buffer.from(writeJson({ ...document, output: items }));
}

type Summarized = JsonObject & { readonly summary: string };

function hasSummary(value: unknown): value is Summarized {
  const item = asObject(value);
  return item?.['type'] === 'compaction' && typeof item['summary'] === 'string';
}

function sealedItem({ summary, ...item }: Summarized, seal: (summary: string) => string): JsonObject | null {
  return summary === '' ? null : { ...item, encrypted_content: seal(summary) };
}
