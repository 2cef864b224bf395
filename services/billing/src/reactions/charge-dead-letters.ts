import { requestIdOf } from '#contracts/streams.ts';
import { type DeadLetter, failedAgain } from '#dead-letters/dead-letter.ts';
import type { DeadLetterSource, RetryOutcome, Selection } from '#dead-letters/dead-letter-source.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { OpenRequests } from '../domain/open-request/open-requests.ts';
import { CHARGES_CONSUMER, type ChargeLetterList } from '../ports.ts';
import type { ChargeReaction } from './charge-reaction.ts';

/** How many are tried at a time: a commit's worth, so that current charges never queue behind thousands. */
const RETRY_BATCH = 256;

/** How many rows are read at once when the table is compared with the log. */
const CHECK_BATCH = 1_000;

export interface ChargeDeadLetters extends DeadLetterSource {
  /** Removes rows whose usage has had its outcome since, whichever leader wrote them. */
  check(): Promise<void>;
}

/**
 * The usages that cannot be charged. A row may be stale: its writer died before it removed the row, or wrote it after
 * the next leader had charged. Every reader removes stale rows.
 */
export function createChargeDeadLetters(parts: {
  readonly letters: ChargeLetterList;
  readonly reaction: Pick<ChargeReaction, 'retry'>;
  readonly open: Pick<OpenRequests, 'findChargeable'>;
  /** The position up to which the open requests are folded. */
  readonly foldedUpTo: () => number;
  readonly clock?: Clock | undefined;
}): ChargeDeadLetters {
  const { letters, reaction, open, foldedUpTo, clock = systemClock } = parts;

  /** Reads the next page of the record, and returns the usages that are still stuck. */
  async function page(afterPosition: number, limit: number) {
    const onRecord = await letters.list(afterPosition, limit);
    const over = onRecord.filter(isOver);
    for (const letter of over) letters.remove(letter);
    return {
      stuck: onRecord.filter((letter) => !over.includes(letter)),
      next: onRecord.length < limit ? undefined : onRecord.at(-1)?.position,
    };
  }

  function isOver(letter: DeadLetter): boolean {
    const isFolded = letter.position <= foldedUpTo();
    return isFolded && open.findChargeable(requestIdOf(letter.stream) ?? '') === undefined;
  }

  async function tryNow(letter: DeadLetter, signal: AbortSignal): Promise<RetryOutcome> {
    // A leader that knew more of the log than this one knows yet wrote this row.
    if (letter.position > foldedUpTo()) return { letter, isSettled: false };
    const failure = await reaction.retry(requestIdOf(letter.stream) ?? '', signal);
    if (failure === undefined) return { letter, isSettled: true };
    return { letter: failedAgain(letter, failure, clock()), isSettled: false };
  }

  async function selected(selection: Exclude<Selection, { kind: 'all' }>): Promise<readonly DeadLetter[]> {
    if (selection.kind === 'request') return [(await letters.find(selection.requestId)) ?? []].flat();
    const next = await letters.list(selection.position - 1, 1);
    return next.filter((letter) => letter.position === selection.position);
  }

  async function* tryAll(signal: AbortSignal): AsyncGenerator<RetryOutcome> {
    for (let after: number | undefined = 0; after !== undefined && !signal.aborted; ) {
      const { stuck, next } = await page(after, RETRY_BATCH);
      yield* await Promise.all(stuck.map((letter) => tryNow(letter, signal)));
      after = next;
    }
  }

  return {
    consumer: CHARGES_CONSUMER,
    async list(afterPosition, limit) {
      const listed: DeadLetter[] = [];
      for (let after: number | undefined = afterPosition; after !== undefined && listed.length < limit; ) {
        const { stuck, next } = await page(after, limit - listed.length);
        listed.push(...stuck);
        after = next;
      }
      return listed;
    },
    async *retry(selection, signal) {
      if (selection.kind === 'all') return yield* tryAll(signal);
      for (const letter of await selected(selection)) yield await tryNow(letter, signal);
    },
    async check() {
      for (let after: number | undefined = 0; after !== undefined; ) after = (await page(after, CHECK_BATCH)).next;
    },
  };
}
