import type { StoredEvent } from '#journal/stored-event.ts';
import { availableOf, createSumsByUser } from './account-sums.ts';
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

/** A user's money at a position of the log, folded from position 1. Undefined if the user did not exist then. */
export async function balanceAt(
  batches: AsyncIterable<readonly StoredEvent[]> | Iterable<readonly StoredEvent[]>,
  userId: string,
  until: Until,
): Promise<BalanceAt | undefined> {
  const sums = createSumsByUser();
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
      if (!('userId' in event.data) || event.data.userId !== userId) continue;
      isKnown ||= event.type === 'UserCreated';
      sums.apply(event);
      requests.apply(event);
    }
  }
  if (!isKnown) return undefined;
  const { creditedNanoUsd, chargedNanoUsd, heldNanoUsd } = sums.of(userId);
  return {
    userId,
    position: last?.position ?? 0,
    recordedAtMs: last?.recordedAtMs ?? 0,
    creditedNanoUsd,
    chargedNanoUsd,
    heldNanoUsd,
    availableNanoUsd: availableOf(sums.of(userId)),
    openHolds: [...requests.all()].length,
  };
}

function isBeyond(event: StoredEvent, until: Until): boolean {
  if (until.kind === 'position') return event.position > until.position;
  return until.kind === 'time' && event.recordedAtMs > until.atMs;
}
