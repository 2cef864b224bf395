import { userPayer } from '#contracts/payer.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { availableOf, createSumsByPayer } from './account-sums.ts';
import type { Money } from './explain/explanation.ts';
import { parseEvent } from './parse-event.ts';
import { createUnfinishedRequests } from './unfinished-requests.ts';

/** The last event that a balance counts: a position, or the last event recorded at or before a moment. */
export type Until =
  | { readonly kind: 'head' }
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'time'; readonly atMs: number };

export interface BalanceAt extends Money {
  readonly userId: string;
  /** The last counted event's position, and the time it was recorded; 0 if there was none. */
  readonly position: number;
  readonly recordedAtMs: number;
  /** The user's requests that ran at that moment. */
  readonly openHolds: number;
}

/** A user's own money at a position of the log, folded from position 1. Undefined if the user did not exist then. */
export async function balanceAt(
  batches: AsyncIterable<readonly StoredEvent[]> | Iterable<readonly StoredEvent[]>,
  userId: string,
  until: Until,
): Promise<BalanceAt | undefined> {
  const sums = createSumsByPayer();
  const requests = createUnfinishedRequests();
  let isKnown = false;
  let last: StoredEvent | undefined;
  fold: for await (const batch of batches) {
    for (const stored of batch) {
      if (isBeyond(stored, until)) break fold;
      last = stored;
      const parsed = parseEvent(stored);
      if (parsed.kind === 'fails')
        throw new Error(`the event at position ${stored.position} cannot be read: ${parsed.why}`);
      const { event } = parsed;
      isKnown ||= isUser(event, userId);
      sums.apply(event);
      if ('userId' in event.data && event.data.userId === userId) requests.apply(event);
    }
  }
  if (!isKnown) return undefined;
  const money = sums.of(userPayer(userId));
  return {
    userId,
    position: last?.position ?? 0,
    recordedAtMs: last?.recordedAtMs ?? 0,
    creditedNanoUsd: money.creditedNanoUsd - money.debitedNanoUsd,
    chargedNanoUsd: money.chargedNanoUsd,
    heldNanoUsd: money.heldNanoUsd,
    availableNanoUsd: availableOf(money),
    openHolds: [...requests.all()].length,
  };
}

function isUser(event: RecordedEvent, userId: string): boolean {
  if (event.type === 'UserCreated') return event.data.userId === userId;
  return event.type === 'ResourceSet' && event.data.resource?.user?.id === userId;
}

function isBeyond(event: StoredEvent, until: Until): boolean {
  if (until.kind === 'position') return event.position > until.position;
  return until.kind === 'time' && event.recordedAtMs > until.atMs;
}
