import { requestIdOf, streams } from '#contracts/streams.ts';
import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import { type DeadLetterSource, isSelected, type RetryOutcome } from '#dead-letters/dead-letter-source.ts';
import type { ChargeReaction } from './charge-reaction.ts';
import type { StuckCharge } from './stuck-charges.ts';

/** The reaction's name among the consumers of the log. */
const CONSUMER = 'billing.charges';

/** How many are tried at a time: a commit's worth, so that current charges never queue behind thousands. */
const RETRY_BATCH = 256;

/**
 * The usages that cannot be charged, as dead letters. Kept in memory: a start tries every usage without a charge, so
 * the next leader finds the same ones with the same reasons.
 */
export function chargeDeadLetters({ stuck, retry }: Pick<ChargeReaction, 'stuck' | 'retry'>): DeadLetterSource {
  function letters(): readonly DeadLetter[] {
    return [...stuck.all()].flatMap((charge) => letterOf(charge) ?? []).sort((a, b) => a.position - b.position);
  }

  async function tryNow(letter: DeadLetter, signal: AbortSignal): Promise<RetryOutcome> {
    const requestId = requestIdOf(letter.stream) ?? '';
    if ((await retry(requestId, signal)) === undefined) return { letter, isSettled: true };
    const charge = stuck.find(requestId);
    return { letter: (charge && letterOf(charge)) ?? letter, isSettled: false };
  }

  return {
    consumer: CONSUMER,
    list: async (afterPosition, limit) =>
      letters()
        .filter(({ position }) => position > afterPosition)
        .slice(0, limit),
    async *retry(selection, signal) {
      const selected = letters().filter((letter) => isSelected(letter, selection));
      for (let from = 0; from < selected.length && !signal.aborted; from += RETRY_BATCH) {
        yield* await Promise.all(selected.slice(from, from + RETRY_BATCH).map((letter) => tryNow(letter, signal)));
      }
    },
  };
}

/** Undefined for a usage of unknown position: a letter is asked for by its position. */
function letterOf({ request, position, failure, tries, lastTriedAtMs }: StuckCharge): DeadLetter | undefined {
  if (position === undefined) return undefined;
  const { requestId, usage } = request;
  return {
    consumer: CONSUMER,
    position,
    eventId: usage.eventId,
    eventType: 'UsageRecorded',
    stream: streams.request(requestId),
    failure,
    tries,
    // A usage is first tried when it is recorded. The next leader knows this time as well, from the open requests.
    firstTriedAtMs: usage.recordedAtMs,
    lastTriedAtMs,
  };
}
