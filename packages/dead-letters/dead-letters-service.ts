import { DeadLettersService } from '#contracts/gen/gateway/deadletters/v1/dead_letters_pb.js';
import { Fault } from '#errors/fault.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterSource, RetryOutcome } from './dead-letter-source.ts';
import { deadLetterToWire, selectionFromWire } from './dead-letter-wire.ts';
import { type Place, parsePlace, placeToken } from './page-token.ts';

/** A page: of letters of some 600 bytes, far below what a message may have. */
const PAGE_DEFAULT = 100;
const PAGE_MAX = 1_000;

/** Letters of a retry's answer that are shown, of each outcome; all are counted. */
const OUTCOMES_SHOWN_MAX = 500;

/** gateway.deadletters.v1.DeadLettersService over the consumers of one service. */
export function deadLettersService(sources: readonly DeadLetterSource[]): ServedService {
  const ordered = sources.toSorted((a, b) => (a.consumer < b.consumer ? -1 : 1));
  return servedService(DeadLettersService, {
    list: async ({ consumer, pageSize, pageToken }) => {
      const size = Math.min(pageSize === 0 ? PAGE_DEFAULT : pageSize, PAGE_MAX);
      const letters = await readPage(named(ordered, consumer), parsePlace(pageToken), size);
      return {
        deadLetters: letters.map(deadLetterToWire),
        nextPageToken: letters.length < size ? '' : placeToken(letters.at(-1)),
        consumers: ordered.map((source) => source.consumer),
      };
    },
    retry: async (request, { signal }) => {
      const summary = createSummary();
      const selection = selectionFromWire(request.selected);
      for (const source of named(ordered, request.consumer)) {
        for await (const outcome of source.retry(selection, signal)) summary.add(outcome);
      }
      return summary.answer();
    },
  });
}

/** Letters after a place, by consumer and position. */
async function readPage(sources: readonly DeadLetterSource[], after: Place, size: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (const source of sources) {
    if (source.consumer < after.consumer || letters.length === size) continue;
    const afterPosition = source.consumer === after.consumer ? after.position : 0;
    letters.push(...(await source.list(afterPosition, size - letters.length)));
  }
  return letters;
}

function createSummary() {
  const shown = { succeeded: [] as DeadLetter[], stuck: [] as DeadLetter[] };
  const counts = { succeeded: 0, stuck: 0 };
  return {
    add({ letter, isSettled }: RetryOutcome) {
      const outcome = isSettled ? 'succeeded' : 'stuck';
      counts[outcome] += 1;
      if (shown[outcome].length < OUTCOMES_SHOWN_MAX) shown[outcome].push(letter);
    },
    answer: () => ({
      succeededCount: BigInt(counts.succeeded),
      stuckCount: BigInt(counts.stuck),
      succeeded: shown.succeeded.map(deadLetterToWire),
      stuck: shown.stuck.map(deadLetterToWire),
    }),
  };
}

/** The source of a consumer, or all for an empty name. */
function named(sources: readonly DeadLetterSource[], consumer: string): readonly DeadLetterSource[] {
  if (consumer === '') return sources;
  const found = sources.filter((source) => source.consumer === consumer);
  if (found.length > 0) return found;
  const known = sources.map((source) => source.consumer).join(', ') || 'none';
  const message = `There is no consumer ${consumer}; there are: ${known}.`;
  throw new Fault({ code: 'not_found', message, param: 'consumer' });
}
