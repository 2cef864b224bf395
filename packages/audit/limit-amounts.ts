import type { RecordedEvent } from '#journal/recorded-event.ts';
import { parseUsd } from '#money/nano-usd.ts';
import { changeOf } from '#registry/changes.ts';
import type { AnyResource, ResourceOf } from '#registry/kinds.ts';

/** What hard limits allow, by the policy in the log. */
export interface LimitAmounts {
  apply(event: RecordedEvent): void;
  /** The most that an admission decided at a moment may have been held to; undefined: the log does not say. */
  allowed(limitId: string, generation: number, decidedAtMs: number): bigint | undefined;
}

/** A change of policy is in force everywhere within a second; an admission on its way may have been decided before it. */
const CHANGE_GRACE_MS = 60_000;

interface Amount {
  readonly generation: number;
  readonly amount: bigint;
  readonly raisedAmount: bigint;
  readonly raisedUntilMs: number;
  /** When the next amount replaced this one; undefined: it is in force. */
  endedAtMs: number | undefined;
}

export function createLimitAmounts(): LimitAmounts {
  const amounts = new Map<string, Amount[]>();

  function set(limitId: string, next: Omit<Amount, 'endedAtMs'> | undefined, atMs: number): void {
    const known = (amounts.get(limitId) ?? []).filter(({ endedAtMs = atMs }) => endedAtMs + CHANGE_GRACE_MS >= atMs);
    for (const amount of known) amount.endedAtMs ??= atMs;
    if (next !== undefined) known.push({ ...next, endedAtMs: undefined });
    amounts.set(limitId, known);
  }

  function setResource(resource: AnyResource, atMs: number): void {
    if (resource.case === 'limit') set(resource.value.id, amountOf(resource.value), atMs);
    if (resource.case !== 'user') return;
    const { id, requestsPerMinute } = resource.value;
    // 0: the settings' or the configuration's holds, which the log does not have.
    const amount = { generation: 0, amount: BigInt(requestsPerMinute), raisedAmount: 0n, raisedUntilMs: 0 };
    set(`user-${id}-requests-per-minute`, requestsPerMinute === 0 ? undefined : amount, atMs);
  }

  return {
    apply: (event) => {
      const change = changeOf(event);
      if (change?.type === 'set') setResource(change.resource, event.recordedAtMs);
      if (change?.type === 'removed' && change.kind === 'limit') set(change.id, undefined, event.recordedAtMs);
    },
    allowed: (limitId, generation, decidedAtMs) => {
      let most: bigint | undefined;
      for (const amount of amounts.get(limitId) ?? []) {
        if (amount.generation !== generation) continue;
        if (amount.endedAtMs !== undefined && amount.endedAtMs + CHANGE_GRACE_MS < decidedAtMs) continue;
        const allowed = decidedAtMs < amount.raisedUntilMs ? amount.raisedAmount : amount.amount;
        if (most === undefined || allowed > most) most = allowed;
      }
      return most;
    },
  };
}

function amountOf({
  unit,
  amount,
  raisedAmount,
  raisedUntil,
  generation,
}: ResourceOf<'limit'>): Omit<Amount, 'endedAtMs'> {
  const read = (text: string): bigint => (unit === 'cost' ? parseUsd(text) : BigInt(text));
  const isRaised = raisedAmount !== '' && raisedUntil !== '';
  return {
    generation,
    amount: read(amount),
    raisedAmount: isRaised ? read(raisedAmount) : 0n,
    raisedUntilMs: isRaised ? Date.parse(raisedUntil) : 0,
  };
}
