import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey } from '#contracts/payer.ts';
import type { WindowId } from '../domain/limit/limit-counters.ts';
import type { Reservation } from '../domain/limit/reservation.ts';

/** What is set aside for a request: money of a payer, and a part of each limit that it counts against. */
export interface PendingAdmission {
  readonly requestId: string;
  readonly payer: Payer;
  readonly holdNanoUsd: bigint;
  readonly reservations: readonly Reservation[];
}

/**
 * Sums of what is set aside for some requests. Those of the admissions that are decided and not yet folded make that a user's
 * next request need not wait for the commit of the last: the money and the places in the windows count as taken from the
 * decision on. Such an admission leaves when its event is folded, or when it is certain that it never will be.
 */
export interface PendingAdmissions {
  add(admission: PendingAdmission): void;
  /** Returns false where there is none of that id. */
  remove(requestId: string): boolean;
  find(requestId: string): PendingAdmission | undefined;
  size(): number;
  nanoUsdOf(payer: Payer): bigint;
  heldOf(limitId: string, window: WindowId): bigint;
}

export function createPendingAdmissions(): PendingAdmissions {
  const admissions = new Map<string, PendingAdmission>();
  const money = new Map<string, bigint>();
  const windows = new Map<string, bigint>();

  function count({ payer, holdNanoUsd, reservations }: PendingAdmission, sign: 1n | -1n): void {
    addTo(money, payerKey(payer), sign * holdNanoUsd);
    for (const reservation of reservations) {
      addTo(windows, windowKey(reservation.limitId, reservation), sign * reservation.amount);
    }
  }

  return {
    add(admission) {
      if (admissions.has(admission.requestId)) throw new Error(`request ${admission.requestId} is pending already`);
      admissions.set(admission.requestId, admission);
      count(admission, 1n);
    },
    remove(requestId) {
      const admission = admissions.get(requestId);
      if (admission === undefined) return false;
      admissions.delete(requestId);
      count(admission, -1n);
      return true;
    },
    find: (requestId) => admissions.get(requestId),
    size: () => admissions.size,
    nanoUsdOf: (payer) => money.get(payerKey(payer)) ?? 0n,
    heldOf: (limitId, window) => windows.get(windowKey(limitId, window)) ?? 0n,
  };
}

function windowKey(limitId: string, { generation, startMs }: WindowId): string {
  return `${startMs}/${generation}/${limitId}`;
}

/** What comes to nothing is forgotten. */
function addTo(sums: Map<string, bigint>, key: string, difference: bigint): void {
  const sum = (sums.get(key) ?? 0n) + difference;
  if (sum === 0n) sums.delete(key);
  else sums.set(key, sum);
}
