import type { Payer } from '#contracts/admin-needs.ts';
import { payerOf } from '#contracts/payer.ts';
import { streams } from '#contracts/streams.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { changeOf } from '#registry/changes.ts';
import { availableOf, createSumsByPayer, type SumsByPayer } from '../account-sums.ts';
import { createLimitSums } from '../limit-sums.ts';
import { parseEvent } from '../parse-event.ts';
import { createPublishedPrices } from '../published-prices.ts';
import { endingOf } from './ending.ts';
import { explainAdmission, explainCharge, explainExpiry, explainUsage } from './explain-events.ts';
import type {
  ExplainedAdmission,
  ExplainedCharge,
  ExplainedExpiry,
  ExplainedKey,
  ExplainedReservation,
  ExplainedUsage,
  Explanation,
  Money,
} from './explanation.ts';
import { createRequestProof } from './request-proof.ts';

/**
 * Tells the story of a request from the whole log, read once from position 1 to the request's end. Undefined if the log
 * has no admission of the request. Throws if an event that bears on it cannot be read.
 */
export async function explainRequest(
  batches: AsyncIterable<readonly StoredEvent[]> | Iterable<readonly StoredEvent[]>,
  requestId: string,
): Promise<Explanation | undefined> {
  const proof = createRequestProof(streams.request(requestId));
  const story = createStory(requestId);
  for await (const batch of batches) {
    for (const stored of batch) {
      proof.apply(stored);
      story.apply(readEvent(stored));
    }
    if (story.isOver()) break;
  }
  const told = story.tell();
  return told && { ...told, proof: proof.result() };
}

/** What a request's own events and those of its prices tell; the rest takes the whole log. */
export type StoryOfStreams = Pick<Explanation, 'state' | 'ending' | 'userId' | 'payer'> & {
  readonly key: Pick<ExplainedKey, 'keyId'>;
  readonly admission: Omit<ExplainedAdmission, 'before' | 'after' | 'limits'> & {
    readonly limits: readonly Omit<ExplainedReservation, 'usedBefore' | 'heldBefore'>[];
  };
  readonly usage: ExplainedUsage | null;
  readonly charge: Omit<ExplainedCharge, 'before' | 'after'> | null;
  readonly expiry: Omit<ExplainedExpiry, 'after'> | null;
};

/**
 * Tells the story of a request from its stream and the streams of its prices alone: not what the payer had, nor how limits stood.
 * Undefined if there is no admission. Throws if an event cannot be read.
 */
export function explainFromStreams(events: readonly StoredEvent[], requestId: string): StoryOfStreams | undefined {
  const story = createStory(requestId);
  for (const stored of events.toSorted((a, b) => a.position - b.position)) story.apply(readEvent(stored));
  return story.tell();
}

function readEvent(stored: StoredEvent): RecordedEvent {
  const parsed = parseEvent(stored);
  if (parsed.kind === 'fails')
    throw new Error(`the event at position ${stored.position} cannot be read: ${parsed.why}`);
  return parsed.event;
}

interface Story {
  apply(event: RecordedEvent): void;
  isOver(): boolean;
  tell(): Omit<Explanation, 'proof'> | undefined;
}

function createStory(requestId: string): Story {
  const sums = createSumsByPayer();
  const limits = createLimitSums();
  const prices = createPublishedPrices();
  const keys = new Map<string, ExplainedKey>();
  let admitted: RecordedEvent<'RequestAdmitted'> | undefined;
  let admission: ExplainedAdmission | undefined;
  let usage: ExplainedUsage | null = null;
  let charge: ExplainedCharge | null = null;
  let expiry: ExplainedExpiry | null = null;

  /** Applies one of the request's events. Returns the payer's money before and after it. */
  const around = (event: RecordedEvent, { data }: RecordedEvent<'RequestAdmitted'>) => {
    const payer = payerOf(data);
    const before = moneyOf(sums, payer);
    sums.apply(event);
    return { before, after: moneyOf(sums, payer) };
  };

  return {
    isOver: () => charge !== null || expiry !== null,
    apply: (event) => {
      if (charge !== null || expiry !== null) return;
      prices.apply(event);
      noteKey(keys, event);
      if (!isOf(event, requestId)) {
        sums.apply(event);
      } else if (event.type === 'RequestAdmitted') {
        admitted = event;
        admission = explainAdmission(event, prices, around(event, event), limits);
      } else if (event.type === 'UsageRecorded') {
        usage = explainUsage(event);
      } else if (event.type === 'ChargePosted' && admitted !== undefined) {
        charge = explainCharge(event, prices, usage, around(event, admitted));
      } else if (event.type === 'HoldExpired' && admitted !== undefined) {
        expiry = explainExpiry(event, around(event, admitted).after);
      }
      limits.apply(event);
    },
    tell: () => {
      if (admitted === undefined || admission === undefined) return undefined;
      const { userId, keyId } = admitted.data;
      const key = keys.get(keyId) ?? { keyId, prefix: '', name: '', revokedAtMs: null };
      const state = charge ? 'charged' : expiry ? 'expired' : usage ? 'metered' : 'running';
      return {
        requestId,
        state,
        ending: endingOf(usage, expiry !== null),
        userId,
        payer: payerOf(admitted.data),
        key,
        admission,
        usage,
        charge,
        expiry,
      };
    },
  };
}

function isOf(event: RecordedEvent, requestId: string): boolean {
  return 'requestId' in event.data && event.data.requestId === requestId;
}

function moneyOf(sums: SumsByPayer, payer: Payer): Money {
  const { creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, heldNanoUsd } = sums.of(payer);
  const availableNanoUsd = availableOf(sums.of(payer));
  return { creditedNanoUsd: creditedNanoUsd - debitedNanoUsd, chargedNanoUsd, heldNanoUsd, availableNanoUsd };
}

function noteKey(keys: Map<string, ExplainedKey>, event: RecordedEvent): void {
  const change = changeOf(event);
  if (change?.type === 'set' && change.resource.case === 'key') {
    const { id: keyId, prefix, name, status } = change.resource.value;
    const revokedAtMs = status === 'revoked' ? (keys.get(keyId)?.revokedAtMs ?? event.recordedAtMs) : null;
    keys.set(keyId, { keyId, prefix, name, revokedAtMs });
  }
  if (event.type === 'ApiKeyRevoked') {
    const key = keys.get(event.data.keyId);
    if (key !== undefined) keys.set(key.keyId, { ...key, revokedAtMs: Number(event.data.revokedAtMs) });
  }
}
