import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey, payerOf } from '#contracts/payer.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { availableOf, createSumsByPayer } from './account-sums.ts';
import type { Money } from './explain/explanation.ts';
import { parseEvent } from './parse-event.ts';

/** The last event that a balance counts: a position, or the last event recorded at or before a moment. */
export type Until =
  | { readonly kind: 'head' }
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'time'; readonly atMs: number };

export interface BalanceAt extends Money {
  readonly payer: Payer;
  /** The last counted event's position, and the time it was recorded; 0 if there was none. */
  readonly position: number;
  readonly recordedAtMs: number;
  /** The requests that ran at that moment and are paid from this balance. */
  readonly openHolds: number;
}

/** A payer's own money at a position of the log, folded from position 1. Undefined if the payer did not exist then. */
export async function balanceAt(
  batches: AsyncIterable<readonly StoredEvent[]> | Iterable<readonly StoredEvent[]>,
  payer: Payer,
  until: Until,
): Promise<BalanceAt | undefined> {
  const sums = createSumsByPayer();
  const openHolds = new Set<string>();
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
      isKnown ||= isSet(event, payer);
      sums.apply(event);
      countHold(openHolds, event, payer);
    }
  }
  if (!isKnown) return undefined;
  const money = sums.of(payer);
  return {
    payer,
    position: last?.position ?? 0,
    recordedAtMs: last?.recordedAtMs ?? 0,
    creditedNanoUsd: money.creditedNanoUsd - money.debitedNanoUsd,
    chargedNanoUsd: money.chargedNanoUsd,
    heldNanoUsd: money.heldNanoUsd,
    availableNanoUsd: availableOf(money),
    openHolds: openHolds.size,
  };
}

/** A charge, or the end of a hold, does not always say whose money it was. The admission does. */
function countHold(openHolds: Set<string>, { type, data }: RecordedEvent, payer: Payer): void {
  if (type === 'RequestAdmitted' && payerKey(payerOf(data)) === payerKey(payer)) openHolds.add(data.requestId);
  if (type === 'ChargePosted' || type === 'HoldExpired') openHolds.delete(data.requestId);
}

function isSet(event: RecordedEvent, { kind, id }: Payer): boolean {
  if (event.type === 'UserCreated') return kind === 'user' && event.data.userId === id;
  return event.type === 'ResourceSet' && event.data.resource?.[kind]?.id === id;
}

function isBeyond(event: StoredEvent, until: Until): boolean {
  if (until.kind === 'position') return event.position > until.position;
  return until.kind === 'time' && event.recordedAtMs > until.atMs;
}
